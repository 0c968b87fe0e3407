using AudioBsq.Networks;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Metrics;

namespace AudioBsq.Tests.Model.Inference;

/// <summary>Untrained models whose latents differ from step to step, as those of trained ones do.</summary>
internal static class StreamModels
{
    public static MelOptions Mel { get; } = new() { Bands = 32 };

    /// <summary>By name: causal ones with and without convolution, with one and several band rows, and ones that see windows.</summary>
    public static IReadOnlyDictionary<string, AudioBsqOptions> All { get; } = new Dictionary<string, AudioBsqOptions>
    {
        ["block-causal"] = Causal(rows: 1, AttentionMask.BlockCausal, convolution: true),
        ["rows"] = Causal(rows: 4, AttentionMask.BlockCausal, convolution: true),
        ["raster"] = Causal(rows: 2, AttentionMask.Causal, convolution: false),
        ["windows"] = Base(rows: 2),
        ["context"] = Base(rows: 1) with { ContextFrames = 8 },
        ["table"] = Base(rows: 2) with { Compatibility = new() { LearnedPositions = true } },
    };

    public static IEnumerable<string> CausalNames => All.Where(model => model.Value.IsCausal).Select(model => model.Key);

    public static AudioBsqModel New(string name) => New(All[name]);

    public static AudioBsqModel New(AudioBsqOptions options)
    {
        var model = AudioBsqModel.Create(options, Mel, device: "cpu");
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var noGradients = TorchSharp.torch.no_grad();
        foreach (var (_, parameter) in model.Content.Network.named_parameters())
        {
            if (parameter.dim() > 1) parameter.mul_(6); // as large as trained ones
        }

        return model;
    }

    public static float[] Sound(int samples, int clip = 0)
    {
        float[] sound = SpokenClips.All[clip].Samples;
        return [.. Enumerable.Range(0, samples).Select(i => sound[i % sound.Length])];
    }

    /// <summary>Random pieces of 1 to <paramref name="maxSamples"/> samples, many of them short.</summary>
    public static IEnumerable<Range> Pieces(int length, int maxSamples, Random random)
    {
        for (int start = 0; start < length;)
        {
            int count = Math.Min(length - start, (int)Math.Pow(maxSamples, random.NextDouble()));
            yield return start..(start + count);
            start += count;
        }
    }

    private static AudioBsqOptions Causal(int rows, AttentionMask mask, bool convolution) => Base(rows) with
    {
        Encoder = Base(rows).Encoder with { Mask = mask, PastSteps = 6, UseConvModule = convolution, ConvKernelSize = 5 },
    };

    private static AudioBsqOptions Base(int rows) => new()
    {
        Bands = 32,
        WindowFrames = 64,
        PatchFrames = 2,
        PatchBands = 32 / rows,
        Encoder = new NetworkOptions { Width = 32, Layers = 2, Heads = 2, HeadWidth = 64 },
        Quantizer = new() { Bits = 9 },
    };
}
