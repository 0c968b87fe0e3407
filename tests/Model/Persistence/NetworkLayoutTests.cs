using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Quantization;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Persistence;

[NoTensorLeaks]
public class NetworkLayoutTests
{
    private static readonly AudioBsqOptions Plain = TinyNetworks.Options;

    public static TheoryData<string> Models => [.. Options.Keys];

    private static Dictionary<string, AudioBsqOptions> Options { get; } = new()
    {
        ["plain"] = Plain,
        ["tiny"] = AudioBsqOptions.Tiny,
        ["convolution"] = TinyNetworks.With(conv: true),
        ["gains"] = Plain with { Encoder = Plain.Encoder with { LayerScale = 0.1, UseConvModule = true } },
        ["no norms"] = Plain with { Encoder = Plain.Encoder with { PreNorm = false, PostNorm = false } },
        ["no head"] = Plain with { Encoder = Plain.Encoder with { HeadWidth = null } },
        ["uneven feed-forward"] = Plain with { Encoder = Plain.Encoder with { MlpRatio = 2.7 } },
        ["another decoder"] = Plain with
        {
            Decoder = Plain.Encoder with { Width = 12, Heads = 3, Layers = 1, PreNorm = false, UseConvModule = true, HeadWidth = 7 },
        },
        ["more bits"] = Plain with { Quantizer = new QuantizerOptions { Bits = 36, GroupSize = 18 } },
    };

    [Theory, MemberData(nameof(Models))]
    public void Of_IsWhatTheNetworkHas(string model)
    {
        using var network = new AudioBsqNetwork(Options[model]);

        var layout = NetworkLayout.Of(Options[model]);

        string TypeOf(Tensor tensor) => tensor.dtype == ScalarType.Int64 ? "I64" : "F32";
        var tensors = network.state_dict()
            .Select(entry => $"{entry.Key} {TypeOf(entry.Value)} ({string.Join(", ", entry.Value.shape)})");
        var entries = layout.Select(entry => $"{entry.Name} {entry.Type} ({string.Join(", ", entry.Shape)})");
        Assert.Equal(tensors.Order(StringComparer.Ordinal), entries.Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Models))]
    public void Of_HalvesMakeTheWhole(string model)
    {
        var halves = NetworkLayout.Of(Options[model], ModelParts.Encoder).Concat(NetworkLayout.Of(Options[model], ModelParts.Decoder));

        Assert.Equal(NetworkLayout.Of(Options[model]).Select(entry => entry.Name), halves.Select(entry => entry.Name));
        var decoder = NetworkLayout.Of(Options[model], ModelParts.Decoder).Select(entry => entry.Name).ToHashSet();
        Assert.All(halves.Select(entry => entry.Name), name => Assert.Equal(
            name.StartsWith("post", StringComparison.Ordinal) || name.StartsWith("decoder", StringComparison.Ordinal), decoder.Contains(name)));
    }

    [Fact] // a listing by names alone would need the memory before the file is looked at
    public void Of_RefusesAbsurdDepth() => Assert.Throws<InvalidDataException>(() =>
        NetworkLayout.Of(Plain with { Encoder = Plain.Encoder with { Layers = int.MaxValue } }));
}
