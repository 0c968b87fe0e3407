using AudioBsq.Cli.Configuration;
using AudioBsq.MLNet;
using AudioBsq.Networks;
using AudioBsq.Quantization;
using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Tests.Cli.Configuration;

[WithoutTorch]
public sealed class TrainingConfigTests : IDisposable
{
    private readonly ConfigText _text = new();

    public void Dispose() => _text.Dispose();

    [Theory, InlineData("audioconfig:"), InlineData("audioconfig: # width: 192"), InlineData("audioconfig: null")]
    public void EmptySection_KeepsWhatItInherits(string section)
    {
        _text.Write("audioconfig: {width: 64, layers: 2, heads: 4}", "base.yaml");

        var encoder = _text.Load($"extends: base.yaml\n{section}\nloss:\n", "heads=2").Model.Encoder;

        Assert.Equal((64, 2, 2), (encoder.Width, encoder.Layers, encoder.Heads));
    }

    [Fact]
    public void EveryKey_ReachesItsOption()
    {
        var config = TrainingConfig.Load(_text.Write("""
            model: {embed_dim: 36, embed_group_size: 18, l2_norm: false, post_q_l2_norm: False, persample_entropy_compute: 'analytical',
                    inv_temperature: 100., beta: .25, gamma0: -2, gamma: 3, zeta: 0.5}
            audioconfig:
              input_size: 80
              input_length: 500
              patch_size: 20
              time_patch_size: 10
              width: 96
              layers: 3
              heads: 6
              mlp_ratio: 2.5
              ls_init_value: 1e-5
              drop_rate: 0.1
              attn_drop_rate: 0.2
              drop_path_rate: 0.3
              ln_pre: false
              ln_post: false
              mask_type: block-causal
              use_conv_module: True
              conv_kernel_size: 7
              dim_ffn_output: 64
            daudioconfig: {layers: 5, use_ffn_output: false, ls_init_value: ~, mask_type: none}
            compatibility: {unscaled_input: true}
            data: {dataset_type: librispeech, root: 'a # b', train_split: [x, y], val_split: z, sample_rate: 24000, n_mels: 80, n_fft: 2048,
                   hop_length: 300, f_min: 20, f_max: 11_000, mel_scale: slaney, mel_norm: slaney, mel_level: natural_log, top_db: 60,
                   clamp_range: [-11.5, 2], target_length: 200, batch_size: 8}
            loss: {codebook_weight: 0.2, codebook_rampup_multiplier: 2, codebook_rampup_steps: 2_000}
            optimizer: {base_lr: 4e-7, max_iter: 500_000, warm_up_steps: 10, lr_min: 0.5, betas: [0.8, 0.95], weight_decay: 0, clip_grad: 2}
            training: {seed: -7, device: 'cuda:1', print_every: 9, eval_every: 8, patience: 7}
            """));

        var encoder = new NetworkOptions
        {
            Width = 96,
            Layers = 3,
            Heads = 6,
            MlpRatio = 2.5,
            LayerScale = 1e-5,
            Dropout = 0.1,
            AttentionDropout = 0.2,
            DropPath = 0.3,
            PreNorm = false,
            PostNorm = false,
            Mask = AttentionMask.BlockCausal,
            UseConvModule = true,
            ConvKernelSize = 7,
            HeadWidth = 64,
        };
        Assert.Equal(new AudioBsqOptions
        {
            Bands = 80,
            WindowFrames = 500,
            PatchFrames = 10,
            PatchBands = 20,
            MinLevel = -11.5f,
            MaxLevel = 2,
            Encoder = encoder,
            Decoder = encoder with { Layers = 5, HeadWidth = null, LayerScale = null, Mask = AttentionMask.None },
            Quantizer = new QuantizerOptions
            {
                Bits = 36,
                GroupSize = 18,
                NormalizeLatent = false,
                NormalizeCode = false,
                Entropy = EntropyEstimate.Analytical,
                InverseTemperature = 100,
                CommitmentWeight = 0.25,
                PositionEntropyWeight = -2,
                CodebookEntropyWeight = 3,
                EntropyWeight = 0.5,
            },
            Compatibility = new Compatibility { UnscaledInput = true },
        }, config.Model);
        Assert.Equal(new MelOptions
        {
            SampleRate = 24_000,
            FftLength = 2048,
            HopLength = 300,
            Bands = 80,
            MinFrequency = 20,
            MaxFrequency = 11_000,
            Scale = MelScale.Slaney,
            Norm = MelNorm.Slaney,
            Level = MelLevel.NaturalLog,
            FloorDecibels = -60,
        }, config.Mel);
        Assert.Equal(new TrainingOptions
        {
            MaxSteps = 500_000,
            BatchSize = 8,
            CropFrames = 200,
            LearningRate = 4e-7 * 8,
            WarmupSteps = 10,
            FinalLearningRate = 0.5,
            Beta1 = 0.8,
            Beta2 = 0.95,
            WeightDecay = 0,
            GradientClip = 2,
            CodebookWeight = 0.2,
            CodebookWarmupFactor = 2,
            CodebookWarmupSteps = 2_000,
            Seed = -7,
            Device = "cuda:1",
            ReportEvery = 9,
            ValidateEvery = 8,
            Patience = 7,
        }, config.Training);
        Assert.Equal((DataSetKind.LibriSpeech, "a # b"), (config.Data.Kind, config.Data.Root));
        Assert.Equal(["x", "y"], config.Data.TrainSplits.ToArray());
        Assert.Equal(["z"], config.Data.ValidationSplits.ToArray());
    }

    [Fact]
    public void ExtrasOfTraining_ReachTheirOptions()
    {
        var config = _text.Load("""
            model: {grad_checkpointing: true}
            data: {augment: true}
            loss: {multi_resolution_weight: 0.5, disc_start: 7, disc_loss: vanilla, disc_reg_freq: 4,
                   disc_share: 0.25, use_adaptive_disc_weight: true, disc_weight: 0.2}
            optimizer: {use_bf16: true, accumulate: 3}
            training: {ema_decay: 0.9, keep_last: 2, save_every: 5, checkpoint_dir: there, sample_clips: 6, tensorboard: false}
            """);

        Assert.Equal(new TrainingOptions
        {
            AccumulateBatches = 3,
            Precision = TrainingPrecision.BFloat16,
            ActivationCheckpointing = true,
            Ema = new() { Decay = 0.9 },
            Augmentation = new(),
            MultiResolution = new() { Weight = 0.5 },
            Adversarial = new()
            {
                Weight = 0.2,
                StartStep = 7,
                Loss = GanLoss.Vanilla,
                PenaltyEvery = 4,
                ClipShare = 0.25,
                Adaptive = true,
            },
            Checkpoints = new() { Folder = "there", Every = 5, KeepLast = 2 },
            SampleClips = 6,
        }, config.Training);
        Assert.False(config.TensorBoard);
        Assert.True(_text.Load("").TensorBoard);
    }

    [Theory]
    [InlineData("precision=auto", TrainingPrecision.Auto), InlineData("precision=fp32", TrainingPrecision.Full)]
    [InlineData("precision=bf16", TrainingPrecision.BFloat16), InlineData("use_bf16=true", TrainingPrecision.BFloat16)]
    public void Precision_HasTwoSpellings(string written, TrainingPrecision meant) =>
        Assert.Equal(meant, _text.Load("", written).Training.Precision);

    [Theory]
    [InlineData("false", false), InlineData("true", true), InlineData("True", true)]
    public void GradCheckpointing_IsActivationCheckpointing(string written, bool meant) =>
        Assert.Equal(meant, _text.Load("", $"model.grad_checkpointing={written}").Training.ActivationCheckpointing);

    [Theory, InlineData(""), InlineData("# nothing\n"), InlineData("model:\ndata: ~\n"), InlineData("---\n{}\n")]
    public void EmptyFile_GivesTheCorrectedDefaults(string text)
    {
        var config = _text.Load(text);

        Assert.Equal(AudioBsqOptions.Small, config.Model);
        Assert.Equal(new MelOptions(), config.Mel);
        Assert.Equal(new TrainingOptions(), config.Training);
        Assert.Equal(DataSetKind.AudioFolder, config.Data.Kind);
        Assert.Equal(new AudioLoadingOptions(), config.Loading);
    }

    [Fact]
    public void Reference_SetsEveryFlag_AndSingleFlagsComeAfterIt()
    {
        var all = _text.Load("compatibility: reference");
        var some = _text.Load("compatibility: {version: reference, float_tokens: false}");
        var overridden = _text.Load("compatibility: reference", "compatibility.float_tokens=false", "data.mel_level=full_scale");

        Assert.Equal(Compatibility.Reference, all.Model.Compatibility);
        Assert.Equal(MelOptions.Reference, all.Mel);
        Assert.Equal(Compatibility.Reference with { FloatTokens = false }, some.Model.Compatibility);
        Assert.Equal((some.Model.Compatibility, new MelOptions()), (overridden.Model.Compatibility, overridden.Mel));
        Assert.True(Compatibility.Reference.FloatTokens);
        Assert.Equal(Compatibility.Reference, _text.Load("", "compatibility=reference").Model.Compatibility);
        Assert.Equal(Compatibility.Corrected, _text.Load("compatibility: reference", "version=corrected").Model.Compatibility);
    }

    [Fact]
    public void BandsFollowEachOther()
    {
        Assert.Equal(64, _text.Load("audioconfig: {input_size: 64}").Mel.Bands);
        Assert.Equal(64, _text.Load("data: {n_mels: 64}").Model.Bands);
    }

    [Fact]
    public void Overrides_ReplaceWhatFilesSay()
    {
        var config =
            _text.Load(
            "model: {embed_dim: 18}\noptimizer: {lr: 0.1}", "embed_dim=36", "width = 64", "daudioconfig.layers=2", "clamp_range=[-100, 3]",
            @"root=C:\sounds # here: there", "train_split=[a]", "optimizer.warm_up_steps=null");

        // the decoder follows in what it does not say itself
        Assert.Equal((64, 2, 6), (config.Model.Decoder!.Width, config.Model.Decoder.Layers, config.Model.Encoder.Layers));
        Assert.Equal(
            (36, 64, -100f, 0.1),
            (config.Model.Quantizer.Bits, config.Model.Encoder.Width, config.Model.MinLevel, config.Training.LearningRate));
        Assert.Equal(@"C:\sounds # here: there", config.Data.Root);
        Assert.Equal(["a"], config.Data.TrainSplits.ToArray());
        Assert.Null(config.Training.WarmupSteps);
    }

    [Fact]
    public void Extends_MergesKeyByKey_LaterFilesWinning()
    {
        Directory.CreateDirectory(_text.PathOf("parts"));
        _text.Write("model: {embed_dim: 18, beta: 1}\ncompatibility: reference\noptimizer: {lr: 0.5}", "parts/a.yaml");
        _text.Write("extends: c.yaml\nmodel: {beta: 2}", "parts/b.yaml");
        _text.Write("model: {beta: 3, zeta: 4}", "parts/c.yaml");

        var config = _text.Load("extends: [parts/a.yaml, parts/b.yaml]\nmodel: {gamma: 5}\ncompatibility: {float_tokens: false}");

        Assert.Equal(
            AudioBsqOptions.Small.Quantizer with { Bits = 18, CommitmentWeight = 2, EntropyWeight = 4, CodebookEntropyWeight = 5 },
            config.Model.Quantizer);
        Assert.Equal(Compatibility.Reference with { FloatTokens = false }, config.Model.Compatibility);
        Assert.Equal(0.5, config.Training.LearningRate);
    }

    [Fact]
    public void Aliases_GiveSectionsOfTheirOwn()
    {
        var config = _text.Load("audioconfig: &n {width: 64, heads: 4}\ndaudioconfig: *n", "daudioconfig.width=128");

        Assert.Equal((64, 128), (config.Model.Encoder.Width, config.Model.EffectiveDecoder.Width));
    }

    [Fact]
    public void AudioSet_IsCutWhenItIsLoaded() =>
        Assert.Equal(
            new AudioLoadingOptions { StartColumn = "Start", EndColumn = "End" },
            _text.Load("data: {dataset_type: audioset, train_split: a.csv}").Loading);

    [Fact]
    public void MissingFile_IsNamed() =>
        Assert.Contains("nowhere.yaml", Assert.Throws<FileNotFoundException>(() => TrainingConfig.Load("nowhere.yaml")).Message);
}
