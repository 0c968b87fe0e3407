using AudioBsq.Training;

namespace AudioBsq.Cli.Configuration;

/// <summary>
/// Keys of what training does only on request: masks, a discriminator, averages, less memory, another model's weights, checkpoints.
/// </summary>
internal static class TrainingExtrasKeys
{
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        Of("data.augment", ConfigType.Flag, "false",
            "SpecAugment masks on training crops.",
            (t, v) => t with { Augmentation = v ? new() : null }),
        Of("model.grad_checkpointing", ConfigType.Flag, "false",
            "Activation checkpointing: blocks are computed again in the backward pass, for less memory, more time and the same gradients.",
            (t, v) => t with { ActivationCheckpointing = v }),
        Of("optimizer.precision", Precisions, "fp32",
            "Matrix products and attention in single precision or bfloat16; auto takes bfloat16 where the processor is faster with it.",
            (t, v) => t with { Precision = v }),
        Of("optimizer.use_bf16", ConfigType.Flag, "false",
            "Another spelling of precision: true is bf16, false is fp32.",
            (t, v) => t with { Precision = v ? TrainingPrecision.BFloat16 : TrainingPrecision.Full }),
        Of("optimizer.accumulate", ConfigType.Whole, "1",
            "Batches whose gradients make one step.",
            (t, v) => t with { AccumulateBatches = v }),
        Of("optimizer.workers", ConfigType.Whole.OrNull(), "null",
            "Threads that share the clips of a batch on a CPU; null is one for each of torch's threads, fewer where their gradients would "
            + "take more than 1 GiB, and one with dropout. Weights depend on it by rounding alone.",
            (t, v) => t with { Workers = v }),
        Of("training.ema_decay", ConfigType.Number.OrNull(), "null",
            "Decay of a moving average of the weights, which training then returns; null is none.",
            (t, v) => t with { Ema = v is { } decay ? new() { Decay = decay } : null }),
        Of("loss.multi_resolution_weight", ConfigType.Number, "0",
            "Weight of the error at coarser resolutions; 0 is none.",
            (t, v) => t with { MultiResolution = v != 0 ? new() { Weight = v } : null }),
        Of("loss.scale_weight", ConfigType.Number, "0",
            "Weight of the error of data.extra_windows, which a layer that is for training alone predicts; 0 is none.",
            (t, v) => t with { ScaleWeight = v }),
        Envelope("envelope_weight", ConfigType.Number, "0",
            "Weight of the distance of envelopes, which intelligibility depends on; 0 is none, and the keys below then have no meaning.",
            (e, v) => v != 0 ? e with { Weight = v } : null),
        Envelope("envelope_segment", ConfigType.Number, "0.38",
            "Length of the segments in which they are compared, in seconds.",
            (e, v) => e with { SegmentSeconds = v }),
        Envelope("envelope_bands_per_octave", ConfigType.Whole, "3",
            "Bands in an octave whose envelopes they are.",
            (e, v) => e with { BandsPerOctave = v }),
        Envelope("envelope_across_bands", ConfigType.Flag, "false",
            "Compares spectra within a segment too.",
            (e, v) => e with { AcrossBands = v }),
        Envelope("envelope_level_weight", ConfigType.Number, "0",
            "Weight, within that, of the difference of their levels.",
            (e, v) => e with { LevelWeight = v }),
        Discriminator("disc_weight", ConfigType.Number, "0",
            "Weight of a discriminator's loss; 0 is no discriminator, and the keys below then have no meaning.",
            (a, v) => v != 0 ? a with { Weight = v } : null),
        Discriminator("disc_loss", ConfigType.Choice(("hinge", GanLoss.Hinge), ("vanilla", GanLoss.Vanilla)), "hinge",
            "How its logits become losses.",
            (a, v) => a with { Loss = v }),
        Discriminator("disc_start", ConfigType.Whole, "1000",
            "Step from which it is trained and used.",
            (a, v) => a with { StartStep = v }),
        Discriminator("disc_reg_freq", ConfigType.Whole, "16",
            "Steps from one gradient penalty to the next.",
            (a, v) => a with { PenaltyEvery = v }),
        Discriminator("disc_share", ConfigType.Number, "0.5",
            "Part of a batch's clips on which it is trained and judges; the published version takes all, which is 1.",
            (a, v) => a with { ClipShare = v }),
        Discriminator("use_adaptive_disc_weight", ConfigType.Flag, "false",
            "Weighs it by the ratio of both losses' gradients.",
            (a, v) => a with { Adaptive = v }),
        ConfigKey.Of("training", "init_from", ConfigType.Text.OrNone(), "null",
            "A model to start from: what `audiobsq pretrain` or `audiobsq train` made, a file that `AudioBsqModel.Save` wrote, "
                + "`speech450`, `speech900` or `speech900-causal`.",
            (draft, v) => draft with { InitFrom = v }),
        Of("training.freeze", Halves, "none",
            "The half whose weights stay as they are; with the encoder, tokens stay the same.",
            (t, v) => t with { Frozen = v }),
        Of("training.freeze_steps", ConfigType.Whole.OrNull(), "null",
            "Steps for which they stay; null is all.",
            (t, v) => t with { FrozenSteps = v }),
        Checkpoints("checkpoint_dir", ConfigType.Text.OrNone(), "null",
            "Folder of files from which an interrupted run goes on; null is no checkpoints, and the two keys below then have no meaning.",
            (c, v) => v is null ? null : c with { Folder = v }),
        Checkpoints("save_every", ConfigType.Whole, "500", "Steps from one checkpoint to the next.", (c, v) => c with { Every = v }),
        Checkpoints("keep_last", ConfigType.Whole, "3", "Newest checkpoints that are kept.", (c, v) => c with { KeepLast = v }),
    ];

    private static ConfigType<TrainingPrecision> Precisions =>
        ConfigType.Choice(("auto", TrainingPrecision.Auto), ("fp32", TrainingPrecision.Full), ("bf16", TrainingPrecision.BFloat16));

    private static ConfigType<FrozenHalf> Halves =>
        ConfigType.Choice(("none", FrozenHalf.None), ("encoder", FrozenHalf.Encoder), ("decoder", FrozenHalf.Decoder));

    private static ConfigKey Of<T>(
        string fullName, ConfigType<T> type, string otherwise, string meaning, Func<TrainingOptions, T, TrainingOptions> apply)
    {
        string[] parts = fullName.Split('.');
        return ConfigKey.Of(
            parts[0], parts[1], type, otherwise, meaning, (draft, value) => draft with { Training = apply(draft.Training, value) });
    }

    // disc_weight comes first; where it is 0 the others change nothing, and a rule reports them.
    private static ConfigKey Discriminator<T>(
        string name, ConfigType<T> type, string otherwise, string meaning, Func<AdversarialOptions, T, AdversarialOptions?> apply) =>
        Of($"loss.{name}", type, otherwise, meaning,
            (t, v) => t.Adversarial is null && name != "disc_weight" ? t : t with { Adversarial = apply(t.Adversarial ?? new(), v) });

    // As with the discriminator, the weight comes first.
    private static ConfigKey Envelope<T>(
        string name, ConfigType<T> type, string otherwise, string meaning, Func<EnvelopeOptions, T, EnvelopeOptions?> apply) =>
        Of($"loss.{name}", type, otherwise, meaning,
            (t, v) => t.Envelope is null && name != "envelope_weight" ? t : t with { Envelope = apply(t.Envelope ?? new(), v) });

    private static ConfigKey Checkpoints<T>(
        string name, ConfigType<T> type, string otherwise, string meaning, Func<CheckpointOptions, T, CheckpointOptions?> apply) =>
        Of($"training.{name}", type, otherwise, meaning,
            (t, v) => t.Checkpoints is null && name != "checkpoint_dir" ? t : t with { Checkpoints = apply(t.Checkpoints ?? new(), v) });
}
