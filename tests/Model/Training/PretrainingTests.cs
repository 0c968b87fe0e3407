using AudioBsq.Networks;
using AudioBsq.Training;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
[Trait("Speed", "Slow")]
public sealed class PretrainingTests : IDisposable
{
    private static readonly PretrainingOptions Options = new()
    {
        Training = Runs.Options with { AccumulateBatches = 2, Ema = new EmaOptions { Decay = 0.9 } },
        MaskRatio = 0.6,
        Decoder = new MaskedDecoderOptions { Width = 16, Layers = 1, Heads = 2 },
    };

    private readonly string _folder = TestData.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(AttentionMask.None), InlineData(AttentionMask.BlockCausal)]
    public void Pretrain_LearnsToGuess(AttentionMask mask)
    {
        var model = Small.Options with { Encoder = Small.Options.Encoder with { UseConvModule = true, ConvKernelSize = 5, Mask = mask } };
        var options = Options with
        {
            MaskRatio = 0.3,
            Training = Runs.Options with { MaxSteps = 400, BatchSize = 8, ValidateEvery = 200 },
            Decoder = new MaskedDecoderOptions { Width = 32, Layers = 1, Heads = 2 },
        };
        var losses = new List<double>();

        using var _ = AudioBsqModel.Pretrain(
            TrainingData.Of(Small.Mels(11, [.. Enumerable.Repeat(64, 60)]), Small.Mels(12, 64, 20)), model, Small.Mel, options,
            progress => { if (progress.ValidationLoss is { } loss) losses.Add(loss); });

        Assert.Equal(2, losses.Count);
        // 0.69 to 0.94 with four seeds and both masks
        Assert.True(losses[^1] < 0.95, $"validation loss {losses[^1]:F3}; 1 is that of every patch's mean");
    }

    [Fact]
    public void Pretrain_ReportsSamples_WhoseVisiblePatchesAreTheTrueOnes()
    {
        PretrainingProgress? last = null;

        using var _ = AudioBsqModel.Pretrain(Runs.Data, Runs.Model, Small.Mel, Options, progress => last = progress);

        Assert.Equal([0, 1], last!.Samples.Select(sample => sample.Clip));
        foreach (var sample in last.Samples)
        {
            Assert.NotEmpty(sample.Mel);
            Assert.Equal((sample.Mel.Length, sample.Mel.Length), (sample.Masked.Length, sample.Reconstructed.Length));
            double masked = sample.Masked.Count(float.IsNaN) / (double)sample.Masked.Length;
            Assert.InRange(masked, 0.4, 0.8);
            for (int i = 0; i < sample.Mel.Length; i++)
            {
                if (float.IsNaN(sample.Masked[i])) continue;
                Assert.Equal(sample.Mel[i], sample.Masked[i], 1e-4);
                Assert.Equal(sample.Mel[i], sample.Reconstructed[i], 1e-4);
            }
        }
    }

    [Fact]
    public void Pretrain_GoesOnToTheSameWeights_WhereverItStopped()
    {
        byte[] expected = Pretrain(Options);
        foreach (int stop in (int[])[3, 8])
        {
            using var source = new CancellationTokenSource();
            var often = Kept with { Training = Kept.Training with { ReportEvery = 1 } };
            Assert.Throws<OperationCanceledException>(() => Pretrain(often, p => { if (p.Step == stop) source.Cancel(); }, source.Token));
        }

        Assert.Equal(expected, Pretrain(Kept));
    }

    [Fact]
    public void Pretrain_GivesTheSameWeights_WithActivationCheckpointing() =>
        Assert.Equal(Pretrain(Options), Pretrain(Options with { Training = Options.Training with { ActivationCheckpointing = true } }));

    [Fact]
    public void Pretrain_RefusesToResumeARunWithOtherMasks()
    {
        Pretrain(Kept);

        var e = Assert.Throws<InvalidOperationException>(() => Pretrain(Kept with { MaskRatio = 0.5 }));

        Assert.Contains("MaskRatio", e.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Model_HasAnEncoderAlone()
    {
        string path = Path.Combine(_folder, "encoder.safetensors");
        using (var model = AudioBsqModel.Pretrain(Runs.Data, Runs.Model, Small.Mel, Options)) model.Save(path);

        using var loaded = AudioBsqModel.Load(path);

        Assert.Contains("Encoder only", Assert.Throws<NotSupportedException>(() => loaded.Decode(new int[] { 0, 0 })).Message);
    }

    [Fact]
    public void Options_AreChecked()
    {
        void Refused(PretrainingOptions options, string rule, AudioBsqOptions? model = null)
        {
            var e = Assert.Throws<ArgumentOutOfRangeException>(
                () => AudioBsqModel.Pretrain(Runs.Data, model ?? Runs.Model, Small.Mel, options));
            Assert.Contains(rule, e.Message);
        }

        Refused(Options with { MaskRatio = 1 }, "above 0 and below 1");
        Refused(Options with { MaskRatio = double.NaN }, "above 0 and below 1");
        Refused(Options with { Mask = (PatchMask)9 }, "a defined mask");
        Refused(Options with { Mask = PatchMask.Frequency }, "several rows of patches", Runs.Model with { PatchBands = 16 });
        Refused(Options with { Decoder = new() { Width = 10, Heads = 2 } }, "even number of channels");
        Refused(Options with { Decoder = new() { AttentionFrames = 0 } }, "AttentionFrames must be positive or null");
    }

    private PretrainingOptions Kept =>
        Options with { Training = Options.Training with { Checkpoints = new CheckpointOptions { Folder = _folder, Every = 2 } } };

    private static byte[] Pretrain(
        PretrainingOptions options, Action<PretrainingProgress>? report = null, CancellationToken cancellation = default)
    {
        using var model = AudioBsqModel.Pretrain(Runs.Data, Runs.Model, Small.Mel, options, report, cancellation);
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.ToArray();
    }
}
