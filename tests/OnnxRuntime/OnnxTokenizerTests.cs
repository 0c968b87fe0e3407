using AudioBsq.OnnxRuntime;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Inference;

namespace AudioBsq.Tests.OnnxRuntime;

/// <summary>A model computes on ONNX Runtime what it computes on torch, and its tokens depend on the clip alone there too.</summary>
public class OnnxTokenizerTests
{
    private const double LatentTolerance = 5e-5, LevelTolerance = 2e-2; // dB, of untrained models with large weights

    private static readonly MelSpectrogram Mel = new(StreamModels.Mel);

    public static TheoryData<string> Models => [.. OnnxModels.All.Keys];

    public static TheoryData<string> CausalModels => [.. StreamModels.CausalNames];

    [Theory, MemberData(nameof(Models))]
    public void Model_ComputesWhatItDoesOnTorch(string name)
    {
        var (torch, onnx) = OnnxModels.New(name);
        using var _ = torch;
        using var __ = onnx;
        var mels = LatentsTests.Mels();

        float[][] expected = torch.EncodeLatents(mels), latents = onnx.EncodeLatents(mels);
        int[][] tokens = torch.Encode(mels);
        int differ = tokens.Zip(onnx.Encode(mels), (a, b) => a.Zip(b).Count(pair => pair.First != pair.Second)).Sum();
        ReadOnlyMemory<int>[] given = [.. tokens.Select(clip => (ReadOnlyMemory<int>)clip)];
        float[][] levels = torch.Decode(given), reconstructed = onnx.Decode(given);
        float[][] embeddings = torch.Embed(mels, new() { Layer = 1 }), same = onnx.Embed(mels, new() { Layer = 1 });

        Assert.Equal(torch.Fingerprint, onnx.Fingerprint);
        Assert.Equal(torch.ParameterCount, onnx.ParameterCount);
        Assert.InRange(differ, 0, tokens.Sum(clip => clip.Length) / 500);
        for (int i = 0; i < mels.Length; i++)
        {
            Close.To(expected[i], latents[i], LatentTolerance, $"latents of clip {i}");
            Close.To(levels[i], reconstructed[i], LevelTolerance, $"levels of clip {i}");
            Close.To(embeddings[i], same[i], 1e-4, $"embedding of clip {i}");
        }
    }

    [Theory, MemberData(nameof(Models)), Trait("Speed", "Slow")]
    public void Encode_DependsOnTheClipAlone(string name)
    {
        using var torch = StreamModels.New(OnnxModels.All[name]);
        using var scope = TorchSharp.torch.NewDisposeScope();
        using (TorchSharp.torch.no_grad()) // some latents are close to a threshold
            torch.Content.Network.get_parameter("quant_embed.weight")!.narrow(0, 0, 1).mul_(1e-7);
        using var model = OnnxModels.OnOnnx(torch);
        var mels = LatentsTests.Mels();

        int[][] alone = [.. mels.Select(mel => model.Encode(mel))];

        Assert.Equal(alone, model.Encode(mels));
        Assert.Equal(alone, [.. model.Encode([.. mels.Reverse()]).Reverse()]);
        Assert.Equal(alone, Cut(model));
        using var oneThread = OnThreads(1, torch);
        Assert.Equal(alone, oneThread.Encode(mels));
        using var fourThreads = OnThreads(4, torch);
        Assert.Equal(alone, fourThreads.Encode(mels));

        static IEnumerable<int[]> Cut(AudioBsqModel model)
        {
            var random = new Random(1);
            using var stream = model.CreateStreamingTokenizer();
            int[] samples = [0, 100, 500, 5_000, 9_000, 10_400, 14_000, 21_000, 40_000]; // those of LatentsTests.Mels
            foreach (var (count, i) in samples.Select((count, i) => (count, i)))
            {
                float[] sound = StreamModels.Sound(count, i % 2);
                List<int> tokens = [];
                foreach (var piece in StreamModels.Pieces(sound.Length, 8_000, random))
                    tokens.AddRange(stream.Accept(sound.AsSpan(piece)));
                yield return [.. tokens, .. stream.Flush()];
            }
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void Reconstructor_GivesTheLevelsOfTheWhole_AndGoesOnFromItsState(string name)
    {
        var (torch, model) = OnnxModels.New(name);
        torch.Dispose();
        using var _ = model;
        int[] tokens = model.Encode(Mel.Extract(StreamModels.Sound(40_000)));
        int perStep = model.Options.TokensPerStep, half = tokens.Length / 2 / perStep * perStep;
        using var first = model.CreateStreamingReconstructor();
        using var second = model.CreateStreamingReconstructor();

        float[] start = first.Accept(tokens.AsSpan(0, half));
        second.RestoreState(first.SaveState());
        float[] levels = [.. start, .. second.Accept(tokens.AsSpan(half)), .. second.Flush()];

        Close.To(model.Decode(tokens), levels, 1e-3);
    }

    [Fact]
    public void Save_GivesTheBytesThatTorchGives()
    {
        var (torch, onnx) = OnnxModels.New("rows");
        using var _ = torch;
        using var __ = onnx;
        using var expected = new MemoryStream();
        using var saved = new MemoryStream();

        torch.Save(expected);
        onnx.Save(saved);

        Assert.Equal(expected.ToArray(), saved.ToArray());
    }

    [Fact]
    public void Container_OfOneEngine_IsDecodedByTheOther()
    {
        var (torch, onnx) = OnnxModels.New("windows");
        using var _ = torch;
        using var __ = onnx;
        int[] tokens = onnx.Encode(Mel.Extract(StreamModels.Sound(20_000)));

        Assert.Equivalent(torch.CreateTokenHeader("clip", 20_000), onnx.CreateTokenHeader("clip", 20_000), strict: true);
        Close.To(onnx.Decode(tokens), torch.Decode(tokens), LevelTolerance);
    }

    [Fact]
    public async Task Threads_MayShareAModel()
    {
        var (torch, model) = OnnxModels.New("windows");
        torch.Dispose();
        using var _ = model;
        float[][] mels = [.. Enumerable.Range(0, 8).Select(i => Mel.Extract(StreamModels.Sound(3_000 + 800 * i, i % 2)))];
        int[][] expected = [.. mels.Select(mel => model.Encode(mel))];

        await Parallel.ForAsync(0, 16, async (thread, _) =>
        {
            await Task.Yield();
            for (int i = 0; i < 20; i++) Assert.Equal(expected[(thread + i) % 8], model.Encode(mels[(thread + i) % 8]));
        });
    }

    [Fact]
    public void WhatNeedsTorch_SaysSo()
    {
        var (torch, model) = OnnxModels.New("windows");
        using var _ = torch;
        var mel = Mel.Extract(StreamModels.Sound(20_000));

        var data = AudioBsq.Training.TrainingData.Of([mel]);

        string training = Assert.Throws<NotSupportedException>(
            () => AudioBsqModel.Train(data, model.Options, model.Mel, new() { Device = "onnx" })).Message;
        string network = Assert.Throws<NotSupportedException>(() => model.Content.Network).Message;
        model.Dispose();

        Assert.Contains("Training needs torch", training, StringComparison.Ordinal);
        Assert.Contains("ONNX Runtime", network, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => model.Encode(mel));
        Assert.Throws<ArgumentOutOfRangeException>(() => OnnxRuntimeSettings.Threads = 0);
    }

    private static AudioBsqModel OnThreads(int count, AudioBsqModel model)
    {
        int? former = OnnxRuntimeSettings.Threads;
        OnnxRuntimeSettings.Threads = count;
        try
        {
            return OnnxModels.OnOnnx(model);
        }
        finally
        {
            OnnxRuntimeSettings.Threads = former;
        }
    }
}
