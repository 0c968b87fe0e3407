using System.IO.Compression;
using System.Text;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Quantization;
using AudioBsq.Training;

namespace AudioBsq.Tests.Model;

[NoTensorLeaks]
public class AudioBsqModelTests
{
    private static readonly TrainingOptions Brief = new()
    {
        MaxSteps = 60,
        BatchSize = 8,
        LearningRate = 3e-3,
        Device = "cpu",
        ReportEvery = 20,
    };

    [Fact]
    public void Encode_GivesTokensForPartialPatchesToo()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, device: "cpu");
        int[] frames = [0, 1, 3, 4, 5, 31, 32, 33, 64, 200];

        int[][] tokens = model.Encode([.. Small.Mels(1, frames).Select(mel => (ReadOnlyMemory<float>)mel)]);

        Assert.Equal(frames.Select(n => (n + 3) / 4 * 2), tokens.Select(t => t.Length));
        Assert.All(tokens.SelectMany(t => t), token => Assert.InRange(token, 0, 511));
    }

    [Fact]
    public void Decode_GivesWholePatchesWithinTheLevels()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, device: "cpu");
        float[] mel = Small.Mels(1, 70)[0];

        float[] reconstructed = model.Decode(model.Encode(mel));

        Assert.Equal(72 * 16, reconstructed.Length);
        Assert.All(reconstructed, level => Assert.InRange(level, -80f, 0f));
    }

    [Fact]
    public void Encode_DoesNotDependOnNeighbours()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, device: "cpu");
        float[][] mels = Small.Mels(2, 32, 28, 17, 100, 25, 5, 64, 19, 0, 30, 96);
        int[][] alone = [.. mels.Select(mel => model.Encode(mel))];
        var random = new Random(1);

        for (int round = 0; round < 20; round++)
        {
            int[] order = [.. Enumerable.Range(0, mels.Length).OrderBy(_ => random.Next()).Take(1 + random.Next(mels.Length))];
            int[][] together = model.Encode([.. order.Select(i => (ReadOnlyMemory<float>)mels[i])]);

            Assert.All(order.Zip(together), pair => Assert.Equal(alone[pair.First], pair.Second));
        }
    }

    [Fact]
    public void Encode_OfALongClipIsThatOfItsWindows()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, device: "cpu");
        float[] mel = Small.Mels(3, 80)[0];

        int[] whole = model.Encode(mel);

        int[] Part(int start, int frames) => model.Encode(mel.AsMemory(start * 16, frames * 16));
        int[] parts = [.. Part(0, 32), .. Part(32, 32), .. Part(64, 16)];
        Assert.Equal(parts, whole);
    }

    [Fact]
    public void Tokens_OfMoreThan30BitsAreGroups()
    {
        var options = Small.Options with { Quantizer = new QuantizerOptions { Bits = 36 } };
        using var model = AudioBsqModel.Create(options, Small.Mel, device: "cpu");

        int[] tokens = model.Encode(Small.Mels(4, 8)[0]);

        Assert.Equal(2 * 2 * 4, tokens.Length);
        Assert.Equal(8 * 16, model.Decode(tokens).Length);
        Assert.All(tokens, token => Assert.InRange(token, 0, 511));
    }

    [Fact, Trait("Speed", "Slow")]
    public void Train_LearnsMoreThanEachBandsMean()
    {
        float[][] clips = Small.Mels(5, 64, 64, 64, 64);
        float mean = clips.SelectMany(mel => mel).Average();
        double ofMean = clips.SelectMany(mel => mel).Average(level => Math.Abs(level - mean));
        var reports = new List<TrainingProgress>();

        using var model = AudioBsqModel.Train(
            TrainingData.Of(clips, clips), Small.Options, Small.Mel, Brief with { MaxSteps = 150 }, reports.Add);

        double error = model.Evaluate(clips).MeanAbsoluteError;
        Assert.True(error < 0.6 * ofMean, $"error {error:F2} dB; {ofMean:F2} dB by the mean");
        Assert.Equal(150, reports[^1].Step);
        Assert.Equal(error, reports.Min(r => r.Validation?.MeanAbsoluteError ?? double.MaxValue), 6);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Train_IsTheSameForTheSameSeed()
    {
        float[][] clips = Small.Mels(6, 40, 64);

        byte[] Weights(int seed)
        {
            var training = Brief with { MaxSteps = 10, Seed = seed };
            using var model = AudioBsqModel.Train(TrainingData.Of(clips), Small.Options, Small.Mel, training);
            return Saved(model);
        }

        byte[] first = Weights(3);
        _ = new Random(1).Next();
        Assert.Equal(first, Weights(3));
        Assert.NotEqual(first, Weights(4));
    }

    [Fact]
    public void Train_LeavesTorchsGeneratorAsItWas()
    {
        TorchSharp.torch.random.manual_seed(11);
        using var expected = TorchSharp.torch.rand(4);
        TorchSharp.torch.random.manual_seed(11);

        AudioBsqModel.Train(TrainingData.Of(Small.Mels(7, 32)), Small.Options, Small.Mel, Brief with { MaxSteps = 1 }).Dispose();

        using var actual = TorchSharp.torch.rand(4);
        Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
    }

    [Fact] // all weights are in the file, so random ones would be made in vain
    public void Load_LeavesTorchsGeneratorAsItWas()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, device: "cpu");
        byte[] file = Saved(model);
        TorchSharp.torch.random.manual_seed(11);
        using var expected = TorchSharp.torch.rand(4);
        TorchSharp.torch.random.manual_seed(11);

        AudioBsqModel.Load(new MemoryStream(file), "cpu").Dispose();

        using var actual = TorchSharp.torch.rand(4);
        Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
    }

    [Fact]
    public void Train_StopsWhenCancelled()
    {
        using var source = new CancellationTokenSource();
        int reports = 0;

        Assert.Throws<OperationCanceledException>(() => AudioBsqModel.Train(
            TrainingData.Of(Small.Mels(8, 32)), Small.Options, Small.Mel, Brief with { ReportEvery = 1 },
            _ => { if (++reports == 3) source.Cancel(); }, cancellation: source.Token));
        Assert.Equal(3, reports);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Train_StopsEarlyAndKeepsTheBestWeights()
    {
        float[][] clips = Small.Mels(9, 32, 32), others = Small.Mels(99, 32);
        var errors = new List<double>();

        using var model = AudioBsqModel.Train(
            TrainingData.Of(clips, others), Small.Options, Small.Mel,
            Brief with { MaxSteps = 2000, LearningRate = 0.02, ValidateEvery = 5, Patience = 3 },
            p => { if (p.Validation is { } v) errors.Add(v.MeanAbsoluteError); });

        Assert.True(errors.Count < 400, $"{errors.Count} validations");
        Assert.Equal(errors.Min(), model.Evaluate(others).MeanAbsoluteError, 6);
        Assert.All(errors.TakeLast(3), error => Assert.True(error >= errors.Min()));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Train_KeepsTheWeightsWithTheLeastLoss_EnvelopesIncluded()
    {
        float[][] clips = Small.Mels(9, 32, 32), others = Small.Mels(99, 32, 70);
        var envelope = new EnvelopeOptions { Weight = 50, SegmentSeconds = 0.1 };
        List<(double Loss, double Error)> validations = [];

        using var model = AudioBsqModel.Train(
            TrainingData.Of(clips, others), Small.Options, Small.Mel,
            Brief with { MaxSteps = 60, LearningRate = 0.02, ValidateEvery = 5, Envelope = envelope },
            p => { if (p.ValidationLoss is { } loss) validations.Add((loss, p.Validation!.MeanAbsoluteError)); });

        var best = validations.MinBy(validation => validation.Loss);
        Assert.NotEqual(validations.Min(validation => validation.Error), best.Error);
        Assert.Equal(best.Error, model.Evaluate(others).MeanAbsoluteError, 6);
        Assert.All(validations, validation => Assert.InRange(validation.Loss, validation.Error / 40, validation.Error / 40 + 100));
    }

    [Fact] // padded frames of a short neighbour would change the first step's error
    public void Train_MeasuresValidFramesOnly()
    {
        float[][] clips = Small.Mels(10, 30, 11);
        using var untrained = AudioBsqModel.Create(Small.Options, Small.Mel, seed: Brief.Seed, device: "cpu");
        double expected = untrained.Evaluate(clips).MeanAbsoluteError;
        double found = 0;

        AudioBsqModel.Train(
            TrainingData.Of(clips), Small.Options, Small.Mel, Brief with { MaxSteps = 1, BatchSize = 2 },
            p => found = p.MeanAbsoluteError).Dispose();

        Assert.Equal(expected, found, 3);
    }

    [Fact]
    public void Train_ReportsDataThatIsNotFinite()
    {
        float[] mel = Small.Mels(11, 32)[0];
        mel[5] = float.NaN;

        var e = Assert.Throws<ArithmeticException>(() => AudioBsqModel.Train(TrainingData.Of([mel]), Small.Options, Small.Mel, Brief));
        Assert.Contains("NaN", e.Message);
    }

    [Fact]
    public void Load_GivesTheSameTokens()
    {
        string path = Path.Combine(TestData.NewFolder(), "model.safetensors");
        float[] mel = Small.Mels(12, 50)[0];
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, seed: 5, device: "cpu");
        model.Save(path);

        using var loaded = AudioBsqModel.Load(path, "cpu");

        Assert.Equal(model.Encode(mel), loaded.Encode(mel));
        Assert.Equal(model.Decode(model.Encode(mel)), loaded.Decode(model.Encode(mel)));
        Assert.Equal(model.Options, loaded.Options);
        Assert.Equal(model.Mel, loaded.Mel);
        Assert.Equal(File.ReadAllBytes(path), Saved(loaded));
    }

    [Theory]
    [InlineData(9, new int[0], 1)]
    [InlineData(10, new[] { 16, 8, 8 }, 1)]
    [InlineData(36, new int[0], 4)]
    [Trait("Speed", "Slow")]
    public void FiniteScalarModels_AreTrainedSavedAndLoaded(int bits, int[] levels, int tokensPerPosition)
    {
        var quantizer = new QuantizerOptions { Kind = QuantizerKind.FiniteScalar, Bits = bits, Levels = [.. levels] };
        var options = Small.Options with { Quantizer = quantizer };
        float[][] mels = Small.Mels(13, 50, 32, 7);
        string path = Path.Combine(TestData.NewFolder(), "model.safetensors");
        using var model = AudioBsqModel.Train(TrainingData.Of(mels, mels), options, Small.Mel, Brief);
        model.Save(path);

        using var loaded = AudioBsqModel.Load(path, "cpu");

        Assert.Equal(options, loaded.Options);
        int[][] tokens = model.Encode([.. mels.Select(mel => (ReadOnlyMemory<float>)mel)]);
        for (int i = 0; i < mels.Length; i++)
        {
            Assert.Equal(options.TokensOf(mels[i].Length / 16), tokens[i].Length);
            Assert.Equal((mels[i].Length / 16 + 3) / 4 * 2 * tokensPerPosition, tokens[i].Length);
            Assert.All(tokens[i], token => Assert.InRange(token, 0, (1 << options.BitsPerToken) - 1));
            Assert.Equal(tokens[i], loaded.Encode(mels[i])); // also: alone as among others
            Assert.Equal(model.Decode(tokens[i]), loaded.Decode(tokens[i]));
        }

        Assert.Equal(bits, model.Evaluate(mels).Codes.Bits);
        Assert.True(tokens.SelectMany(t => t).Distinct().Count() > 8);
    }

    [Fact] // field names and buffers are what saved models hold
    public void StateNames_OfTheQuantizer_AreThoseOfTheFile()
    {
        string[] Names(QuantizerOptions quantizer)
        {
            using var network = new AudioBsqNetwork(Small.Options with { Quantizer = quantizer });
            var names = network.state_dict().Select(entry => entry.Key).Where(name => name.Contains("quant", StringComparison.Ordinal));
            return [.. names.Order(StringComparer.Ordinal)];
        }

        string[] linear = ["post_quant_embed.bias", "post_quant_embed.weight", "quant_embed.bias", "quant_embed.weight"];
        Assert.Equal([.. linear, "quantize.basis", "quantize.group_basis"], Names(new QuantizerOptions()));
        Assert.Equal(linear, Names(new QuantizerOptions { Kind = QuantizerKind.FiniteScalar }));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Streams_AreSavedToAndLoadedFrom_AndStayOpen(bool seeks)
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, device: "cpu");
        using var bytes = new MemoryStream();
        bytes.Write([1, 2, 3]);
        using var stream = seeks ? bytes : (Stream)new OneWayStream(bytes);

        model.Save(stream);
        bytes.Position = 3;
        using var loaded = AudioBsqModel.Load(stream, "cpu");

        Assert.Equal(model.Fingerprint, loaded.Fingerprint);
        Assert.True(bytes.CanRead);
        Assert.Equal(bytes.Length, bytes.Position);
        Assert.Throws<ArgumentNullException>(() => AudioBsqModel.Load((Stream)null!));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Load_SaysWhatAZipIs(bool seeks)
    {
        using var pipeline = File.OpenRead(TestData.PathOf("zips", "tokenizer.zip"));
        using var checkpoint = new MemoryStream();
        using (var zip = new ZipArchive(checkpoint, ZipArchiveMode.Create, leaveOpen: true)) zip.CreateEntry("archive/data.pkl");
        checkpoint.Position = 0;
        string Error(Stream stream) =>
            Assert.Throws<InvalidDataException>(() => AudioBsqModel.Load(seeks ? stream : new OneWayStream(stream))).Message;

        string ofPipeline = Error(pipeline), ofCheckpoint = Error(checkpoint);

        Assert.Contains("mlContext.Model.Load", ofPipeline);
        Assert.Contains("docs/import.md", ofCheckpoint);
        Assert.Equal(seeks, !ofPipeline.Contains("docs/import.md", StringComparison.Ordinal));
        Assert.Equal(seeks, !ofCheckpoint.Contains("mlContext.Model.Load", StringComparison.Ordinal));
        if (seeks) Assert.Contains("tokenizer.zip is no safetensors file but a zip: an ML.NET pipeline", ofPipeline);
    }

    [Fact]
    public void Load_RefusesOptionsThatTheWeightsCannotFill()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, device: "cpu");
        byte[] saved = Saved(model);

        byte[] wide = Replace(saved, "\\u0022Width\\u0022:32", "\\u0022Width\\u0022:64");
        byte[] unknown = Replace(saved, "\\u0022Width\\u0022", "\\u0022Wodth\\u0022");
        byte[] other = Replace(saved, "audiobsq-model", "audiobsq-moddl");

        Assert.Contains("weights", Assert.Throws<InvalidDataException>(() => Read(wide)).Message);
        Assert.Contains("Wodth", Assert.Throws<InvalidDataException>(() => Read(unknown)).Message);
        Assert.Contains("format", Assert.Throws<InvalidDataException>(() => Read(other)).Message);
        Assert.Throws<InvalidDataException>(() => Read(saved[..^1]));
    }

    [Fact]
    public void Decode_RefusesInvalidTokens()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, device: "cpu");

        Assert.Contains("512", Assert.Throws<ArgumentOutOfRangeException>(() => model.Decode(new[] { 0, 512 })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Decode(new[] { 0, -1 }));
        Assert.Contains("multiple", Assert.Throws<ArgumentOutOfRangeException>(() => model.Decode(new[] { 0, 1, 2 })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Encode(new float[17]));
    }

    [Fact]
    public void Create_RefusesOptionsThatDoNotFit()
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => AudioBsqModel.Create(Small.Options, Small.Mel with { Bands = 20 }));
        Assert.Contains("20", e.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => AudioBsqModel.Create(Small.Options with { WindowFrames = 30 }, Small.Mel));
    }

    private static byte[] Saved(AudioBsqModel model)
    {
        var stream = new MemoryStream();
        ModelFile.Write(stream, model.Content, ModelParts.All);
        return stream.ToArray();
    }

    private static void Read(byte[] bytes) => ModelFile.Read(new MemoryStream(bytes), "test", "cpu").Dispose();

    private static byte[] Replace(byte[] bytes, string from, string to)
    {
        int at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(from));
        Assert.True(at > 0 && from.Length == to.Length, from);
        byte[] copy = [.. bytes];
        Encoding.ASCII.GetBytes(to).CopyTo(copy, at);
        return copy;
    }
}
