using AudioBsq.Networks;

namespace AudioBsq.Onnx;

/// <summary>One cache of a causal graph: an input of this name, whose next state is the output <c>next_</c> name.</summary>
/// <param name="Name">Name of the input.</param>
/// <param name="Positions">Positions that are kept at most.</param>
/// <param name="Initial">Positions at the start of a clip, which are zeros.</param>
/// <param name="Channels">Dimensions after the positions.</param>
internal sealed record CacheShape(string Name, int Positions, int Initial, params int[] Channels)
{
    /// <summary>What the input is.</summary>
    public string Documentation => Initial == 0
        ? $"Keys or values of earlier steps, at most {Positions} positions; none at the start of a clip."
        : $"The convolution's inputs of earlier steps; {Positions} positions of zeros at the start of a clip.";

    /// <summary>Dimensions of the input.</summary>
    public object[] Dimensions =>
        ["batch", Initial == 0 ? $"{Name}_positions" : (long)Positions, .. Channels.Select(count => (object)(long)count)];

    /// <summary>The name of a block's keys.</summary>
    public static string Keys(int block) => $"keys_{block}";

    /// <summary>The name of a block's values.</summary>
    public static string Values(int block) => $"values_{block}";

    /// <summary>The name of the inputs of a block's convolution.</summary>
    public static string Inputs(int block) => $"inputs_{block}";

    /// <summary>The caches of a causal encoder or decoder.</summary>
    public static CacheShape[] Of(AudioBsqOptions options, NetworkOptions network)
    {
        int past = options.PastStepsOf(network) * options.PatchesPerStep, before = (network.ConvKernelSize - 1) * options.PatchesPerStep;
        int[] heads = [network.Heads, network.Width / network.Heads];
        return [.. Enumerable.Range(0, network.Layers).SelectMany(OfBlock)];

        IEnumerable<CacheShape> OfBlock(int block)
        {
            yield return new CacheShape(Keys(block), past, 0, heads);
            yield return new CacheShape(Values(block), past, 0, heads);
            if (network.UseConvModule && before > 0) yield return new CacheShape(Inputs(block), before, before, network.Width);
        }
    }
}
