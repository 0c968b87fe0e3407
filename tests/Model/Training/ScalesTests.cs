using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Tests.Model.Training;

/// <summary>Models that see several windows, and losses of several windows.</summary>
[NoTensorLeaks]
public sealed class ScalesTests : IDisposable
{
    private static readonly MelOptions Mel = Small.Mel with { ExtraWindows = [64] };

    private static readonly AudioBsqOptions Model = Small.Options with { InputScales = 2 };

    private static readonly float[][] Clips = [.. Enumerable.Range(0, 4).Select(i => new MelSpectrogram(Mel).Extract(Sound(i)))];

    private readonly string _folder = TestData.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Tokens_DependOnBothWindows_AndMelIsTheMainOne()
    {
        using var model = AudioBsqModel.Create(Model, Mel, seed: 3, device: "cpu");
        float[] other = [.. Clips[0].Select((level, i) => i % 32 < 16 ? level : -80)];

        int[] tokens = model.Encode(Clips[0]);

        Assert.Equal(Model.TokensOf(Clips[0].Length / 32), tokens.Length);
        Assert.NotEqual(tokens, model.Encode(other));
        Assert.Equal(tokens.Length / 2 * 4 * 16, model.Decode(tokens).Length);
        Assert.Equal(tokens, model.Encode([.. Clips.Select(clip => (ReadOnlyMemory<float>)clip)])[0]);
        Assert.Contains("multiple of 32", Assert.ThrowsAny<ArgumentException>(() => model.Encode(Small.Mels(1, 33)[0])).Message);
    }

    [Fact]
    public void Stream_GivesTheTokensOfTheWholeClip_AndAFileTheSameModel()
    {
        string path = Path.Combine(_folder, "model.safetensors");
        using (var model = AudioBsqModel.Create(Model, Mel, seed: 3, device: "cpu")) model.Save(path);
        using var loaded = AudioBsqModel.Load(path);

        int[] whole = loaded.Encode(Clips[1]);
        var stream = loaded.CreateStreamingTokenizer();
        List<int> pieces = [];
        foreach (float[] piece in Sound(1).Chunk(501)) pieces.AddRange(stream.Accept(piece));
        pieces.AddRange(stream.Flush());

        Assert.Equal(Mel, loaded.Mel);
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void OneWindow_IsTheModelOfBefore()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, seed: 3, device: "cpu");
        using var cut = AudioBsqModel.Create(Small.Options, Mel, seed: 3, device: "cpu");

        Assert.Equal(Small.Mel, cut.Mel);
        Assert.Equal(model.Fingerprint, cut.Fingerprint);
        Assert.Throws<NotSupportedException>(() =>
        {
            using var two = AudioBsqModel.Create(Model, Mel, seed: 3, device: "cpu");
            two.ExportReference(Path.Combine(_folder, "reference.safetensors"));
        });
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void ScaleWeight_TrainsAHead_ThatTheModelDoesNotHave()
    {
        var reports = new List<TrainingProgress>();
        var options = Runs.Options with { MaxSteps = 80, BatchSize = 4, ScaleWeight = 0.5, ReportEvery = 20 };

        using var model = AudioBsqModel.Train(TrainingData.Of(Clips, Clips), Small.Options, Mel, options, reports.Add);

        Assert.All(reports, report => Assert.Equal(
            report.Loss, report.Terms.Reconstruction + report.Terms.Quantizer + report.Terms.Scales!.Value, 1e-4));
        Assert.True(reports[^1].Terms.Scales < 0.7 * reports[0].Terms.Scales, $"{reports[0].Terms.Scales}, {reports[^1].Terms.Scales}");
        Assert.Equal(Small.Mel, model.Mel);
        string[] names = [.. NetworkWeights.Of(model.Content.Network, ModelParts.All).Select(entry => entry.Name)];
        Assert.DoesNotContain(names, name => name.Contains("scale_head"));
        Assert.Equal(16, reports[^1].Samples[0].Mel.Length / (Clips[0].Length / 32));
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData(1, 0.5), InlineData(2, 0), InlineData(2, 0.5)]
    public void Train_GoesOnToTheSameWeights(int inputScales, double weight)
    {
        var model = Runs.Model with { InputScales = inputScales };
        var options = Runs.Everything with { ScaleWeight = weight };
        var data = TrainingData.Of(Clips, Clips[..2]);
        byte[] Train(TrainingOptions training, CancellationToken stop = default, Action<TrainingProgress>? report = null)
        {
            using var trained = AudioBsqModel.Train(data, model, Mel, training, report, cancellation: stop);
            return Runs.Bytes(trained);
        }

        byte[] expected = Train(options);
        var kept = options with { Checkpoints = new CheckpointOptions { Folder = _folder, Every = 2 }, ReportEvery = 1 };
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Train(kept, source.Token, p => { if (p.Step == 5) source.Cancel(); }));

        Assert.Equal(expected, Train(kept));
        Assert.Equal(expected, Train(options with { ActivationCheckpointing = true }));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Pretrain_GuessesAllWindows()
    {
        PretrainingProgress? last = null;
        var options = new PretrainingOptions
        {
            Training = Runs.Options,
            Decoder = new MaskedDecoderOptions { Width = 16, Layers = 1, Heads = 2 },
        };

        using var encoder = AudioBsqModel.Pretrain(TrainingData.Of(Clips, Clips), Model, Mel, options, progress => last = progress);
        using var model = AudioBsqModel.Train(TrainingData.Of(Clips), Model, Mel, Runs.Options, from: encoder);

        Assert.InRange(last!.ValidationLoss!.Value, 0.1, 1.5);
        Assert.Equal(last.Samples[0].Mel.Length, last.Samples[0].Reconstructed.Length);
        Assert.Equal(0, last.Samples[0].Mel.Length % 16);
    }

    [Fact]
    public void Misfits_AreNamed()
    {
        void Refused(Action action, string rule) => Assert.Contains(rule, Assert.ThrowsAny<ArgumentException>(action).Message);

        Refused(() => AudioBsqModel.Create(Model, Small.Mel, 1, "cpu").Dispose(), "InputScales");
        Refused(() => AudioBsqModel.Create(Small.Options with { InputScales = 0 }, Mel, 1, "cpu").Dispose(), "InputScales must be");
        Refused(
            () => AudioBsqModel.Train(
                TrainingData.Of(Small.Mels(1, 40)), Small.Options, Small.Mel, Runs.Options with { ScaleWeight = 1 }).Dispose(),
            "ScaleWeight must be 0 where the mel spectrograms have one window");
        Refused((Runs.Options with { ScaleWeight = -1 }).Validate, "ScaleWeight must be finite and not negative");
    }

    private static float[] Sound(int seed)
    {
        var random = new Random(seed);
        double speed = 0.02 + 0.2 * random.NextDouble();
        return [.. Enumerable.Range(0, 160 * 60).Select(
            i => (float)(0.3 * Math.Sin(speed * i) * Math.Sin(i / 900.0) + 0.02 * (random.NextDouble() - 0.5)))];
    }
}
