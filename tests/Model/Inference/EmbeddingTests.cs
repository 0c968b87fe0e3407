using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Inference;

/// <summary>Embeddings are pooled features of the encoder, for clips of any length, alone or together.</summary>
[NoTensorLeaks]
public class EmbeddingTests
{
    private const double Tolerance = 1e-4; // that the documentation states

    public static TheoryData<string> Models => [.. StreamModels.All.Keys];

    [Theory]
    [InlineData("windows", null, 1, true, false)]
    [InlineData("windows", 0, 3, true, true)]
    [InlineData("windows", 1, 7, false, true)]
    [InlineData("windows", 2, 50, true, false)] // more parts than time steps
    [InlineData("rows", null, 5, true, true)]
    [InlineData("rows", 1, 1, true, false)]
    [InlineData("table", null, 2, false, false)]
    public void Embed_PoolsFeatures(string name, int? layer, int parts, bool deviation, bool perRow)
    {
        using var model = StreamModels.New(name);
        var mel = LatentsTests.Mels()[3][..(31 * 32)]; // 16 steps, the last one partial
        var options = new EmbeddingOptions { Layer = layer, Parts = parts, Deviation = deviation, PerRow = perRow };

        float[] embedding = model.Embed(mel, options);

        float[] expected = Pool(Features(model, mel, layer ?? 2), parts, deviation, perRow);
        Assert.Equal(options.SizeOf(model.Options), embedding.Length);
        Close.To(expected, embedding, Tolerance * expected.Max(Math.Abs));
    }

    [Theory, MemberData(nameof(Models)), Trait("Speed", "Slow")]
    public void Embed_DependsOnOtherClipsByRoundingAlone(string name)
    {
        using var model = StreamModels.New(name);
        var mels = LatentsTests.Mels();
        var options = new EmbeddingOptions { Parts = 3, PerRow = true };

        float[][] together = model.Embed(mels, options);

        for (int i = 0; i < mels.Length; i++) Close.To(model.Embed(mels[i], options), together[i], Tolerance, $"clip {i}");
    }

    [Fact]
    public void Embed_OfTwoWindows_IsTheMeanOfTheirs()
    {
        using var model = StreamModels.New("windows");
        var mel = LatentsTests.Mels()[^1][..(128 * 32)]; // no window sees the other
        var options = new EmbeddingOptions { Deviation = false };

        float[] whole = model.Embed(mel, options);
        float[] halves = model.Embed(mel, options with { Parts = 2 });

        float[][] apart = model.Embed([mel[..(64 * 32)], mel[(64 * 32)..]], options);
        Close.To([.. apart[0].Zip(apart[1], (a, b) => (a + b) / 2)], whole, Tolerance);
        Close.To([.. apart[0], .. apart[1]], halves, Tolerance);
        Assert.True(apart[0].Zip(apart[1], (a, b) => Math.Abs(a - b)).Max() > 0.1);
    }

    [Theory, MemberData(nameof(Models))]
    public void Embed_IsZero_WhenThereAreNoFrames(string name)
    {
        using var model = StreamModels.New(name);
        var options = new EmbeddingOptions { Parts = 3 };

        float[] embedding = model.Embed(Array.Empty<float>(), options);

        Assert.Equal(new float[options.SizeOf(model.Options)], embedding);
    }

    [Theory]
    [InlineData(null, 1, true, false, 2 * 32)]
    [InlineData(0, 3, true, false, 3 * 2 * 32)]
    [InlineData(1, 3, false, true, 3 * 4 * 32)]
    public void SizeOf_CountsPartsAndRowsAndChannels(int? layer, int parts, bool deviation, bool perRow, int expected)
    {
        var options = new EmbeddingOptions { Layer = layer, Parts = parts, Deviation = deviation, PerRow = perRow };

        Assert.Equal(expected, options.SizeOf(StreamModels.All["rows"]));
    }

    [Theory, InlineData("Layer", 3, 1), InlineData("Layer", -1, 1), InlineData("Parts", 1, 0), InlineData("Parts", 1, 1001)]
    public void Embed_NamesTheWrongOption(string name, int layer, int parts)
    {
        using var model = StreamModels.New("rows");
        var options = new EmbeddingOptions { Layer = layer, Parts = parts };

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => model.Embed(LatentsTests.Mels()[3], options));

        Assert.StartsWith($"{name} must be", error.Message);
    }

    [Fact]
    public void Embed_Stops_WhenCancelled()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, device: "cpu");

        Assert.Throws<OperationCanceledException>(
            () => model.Embed([Small.Mels(1, 70)[0]], cancellation: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Embed_IsRefused_WhenThereIsNoEncoder()
    {
        using var model = LatentsTests.DecoderOnly();

        Assert.Contains("cannot embed", Assert.Throws<NotSupportedException>(() => model.Embed(Small.Mels(1, 70)[0])).Message);
    }

    // (steps, rows, width) of a clip of one window
    private static float[][][] Features(AudioBsqModel model, ReadOnlyMemory<float> mel, int layer)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var (network, options) = (model.Content.Network, model.Options);
        var batch = AudioBsq.Networks.MelBatch.Of([mel], options, CPU);
        float[] all = network.Features(network.Scale(batch.Mel), batch.ValidSteps, cache: null, layer).data<float>().ToArray();
        return [.. all.Chunk(options.Encoder.Width).Chunk(options.PatchesPerStep)];
    }

    private static float[] Pool(float[][][] steps, int parts, bool deviation, bool perRow)
    {
        var result = new List<float>();
        for (int part = 0; part < parts; part++)
        {
            double start = (double)part * steps.Length / parts, end = (double)(part + 1) * steps.Length / parts;
            float[][][] own = steps[(int)start..Math.Max((int)start + 1, (int)(end + 1e-9))];
            int[] all = [.. Enumerable.Range(0, steps[0].Length)];
            foreach (int[] rows in all.Chunk(perRow ? 1 : all.Length))
            {
                float[][] positions = [.. own.SelectMany(step => rows.Select(row => step[row]))];
                double[] means = [.. positions[0].Select((_, i) => positions.Average(p => (double)p[i]))];
                result.AddRange(means.Select(mean => (float)mean));
                if (!deviation) continue;
                result.AddRange(means.Select((mean, i) => (float)Math.Sqrt(positions.Average(p => Math.Pow(p[i] - mean, 2)))));
            }
        }

        return [.. result];
    }
}
