using System.Text.RegularExpressions;
using AudioBsq.Training;

namespace AudioBsq.Cli.Configuration;

/// <summary>Keys of the sections loss, optimizer and training.</summary>
internal static class TrainingKeys
{
    private static readonly ConfigType<string> Device = new("auto, cpu, cuda or cuda:N", (node, out value) =>
        ConfigType.Text.Read(node, out value) && (value is "auto" or "cpu" or "cuda" || Regex.IsMatch(value, "^cuda:[0-9]{1,3}$")));

    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        Of("loss.codebook_weight", ConfigType.Number, "0.1",
            "Weight of the quantizer's loss beside the reconstruction error.",
            (t, v) => t with { CodebookWeight = v }),
        Of("loss.codebook_rampup_multiplier", ConfigType.Number, "3",
            "Multiple of it at step 0, from which it falls linearly.",
            (t, v) => t with { CodebookWarmupFactor = v }),
        Of("loss.codebook_rampup_steps", ConfigType.Whole.OrNull(), "null",
            "Steps of that fall; null is the smaller of max_iter and 2000.",
            (t, v) => t with { CodebookWarmupSteps = v }),
        Of("optimizer.lr", ConfigType.Number, "0.001", "Highest learning rate.", (t, v) => t with { LearningRate = v }),
        ConfigKey.Of("optimizer", "base_lr", ConfigType.Number, "lr / batch_size",
            "Highest learning rate per clip in the batch, as published: lr = base_lr × batch_size.",
            (draft, v) => draft with { BaseLearningRate = v }),
        Of("optimizer.max_iter", ConfigType.Whole, "2000", "Steps.", (t, v) => t with { MaxSteps = v }),
        Of("optimizer.warm_up_steps", ConfigType.Whole.OrNull(), "null",
            "Steps over which the learning rate rises; null is a twentieth of max_iter.",
            (t, v) => t with { WarmupSteps = v }),
        Of("optimizer.lr_min", ConfigType.Number, "0.05",
            "Learning rate at the last step, as a part of the highest.",
            (t, v) => t with { FinalLearningRate = v }),
        Of("optimizer.betas", ConfigType.Pair, "[0.9, 0.99]",
            "AdamW's decays of first and second moments.",
            (t, v) => t with { Beta1 = v.First, Beta2 = v.Second }),
        Of("optimizer.weight_decay", ConfigType.Number, "0.0001", "AdamW's weight decay.", (t, v) => t with { WeightDecay = v }),
        Of("optimizer.clip_grad", ConfigType.Number, "1", "Largest norm of all gradients together.", (t, v) => t with { GradientClip = v }),
        Of("training.seed", ConfigType.Whole, "1", "Seed of weights, order and crops.", (t, v) => t with { Seed = v }),
        Of("training.device", Device, "auto", "Where to train.", (t, v) => t with { Device = v }),
        Of("training.print_every", ConfigType.Whole, "50", "Steps from one report to the next.", (t, v) => t with { ReportEvery = v }),
        Of("training.eval_every", ConfigType.Whole, "200",
            "Steps from one validation to the next.",
            (t, v) => t with { ValidateEvery = v }),
        Of("training.patience", ConfigType.Whole, "0",
            "Validations without a better one before training stops; 0 is never.",
            (t, v) => t with { Patience = v }),
        Of("training.sample_clips", ConfigType.Whole, "2",
            "Validation clips that each validation writes as sound and picture; 0 is none.",
            (t, v) => t with { SampleClips = v }),
        ConfigKey.Of("training", "tensorboard", ConfigType.Flag, "true",
            "Logs for TensorBoard beside metrics.csv.",
            (draft, v) => draft with { TensorBoard = v }),
    ];

    private static ConfigKey Of<T>(
        string fullName, ConfigType<T> type, string otherwise, string meaning, Func<TrainingOptions, T, TrainingOptions> apply)
    {
        string[] parts = fullName.Split('.');
        return ConfigKey.Of(
            parts[0], parts[1], type, otherwise, meaning, (draft, value) => draft with { Training = apply(draft.Training, value) });
    }
}
