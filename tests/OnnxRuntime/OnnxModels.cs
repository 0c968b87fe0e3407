using AudioBsq.Networks;
using AudioBsq.Quantization;
using AudioBsq.Tests.Model.Inference;

namespace AudioBsq.Tests.OnnxRuntime;

/// <summary>Models on torch and the same on ONNX Runtime: those of the streams' tests, and the other kinds of graph.</summary>
internal static class OnnxModels
{
    public static IReadOnlyDictionary<string, AudioBsqOptions> All { get; } = new Dictionary<string, AudioBsqOptions>(StreamModels.All)
    {
        ["levels"] = StreamModels.All["windows"] with
        {
            Quantizer = new() { Kind = QuantizerKind.FiniteScalar, Bits = 10, GroupSize = 10, Levels = [16, 8, 8] },
        },
        ["groups"] = StreamModels.All["windows"] with { Quantizer = new() { Bits = 36, GroupSize = 9 } },
        ["gains"] = With(network => network with { LayerScale = 0.3, HeadWidth = null, UseConvModule = true, ConvKernelSize = 5 }),
        ["no norms"] = With(network => network with { PreNorm = false, PostNorm = false, MlpRatio = 2.5 }),
        ["masked windows"] = With(network => network with { Mask = AttentionMask.Causal, PastSteps = 9 }) with
        {
            Compatibility = new() { LearnedPositions = true },
        },
        ["as published"] = With(network => network with { UseConvModule = true, ConvKernelSize = 5 }) with
        {
            Compatibility = Compatibility.Reference,
        },
        ["published mask"] = With(
            network => network with { Mask = AttentionMask.BlockCausal, UseConvModule = true, ConvKernelSize = 5 }) with
        {
            Compatibility = new() { AdditiveBlockCausalMask = true, RasterConvolution = true, LeakyCausalConvolution = true },
        },
        ["no past"] = With(network => network with { Mask = AttentionMask.BlockCausal, PastSteps = 0 }),
    };

    /// <summary>The model on torch and on ONNX Runtime. Both are the caller's.</summary>
    public static (AudioBsqModel Torch, AudioBsqModel Onnx) New(string name)
    {
        var torch = StreamModels.New(All[name]);
        return (torch, OnOnnx(torch));
    }

    /// <summary>The same model on ONNX Runtime.</summary>
    public static AudioBsqModel OnOnnx(AudioBsqModel model)
    {
        using var file = new MemoryStream();
        model.Save(file);
        file.Position = 0;
        return AudioBsqModel.Load(file, "onnx");
    }

    private static AudioBsqOptions With(Func<NetworkOptions, NetworkOptions> change) =>
        StreamModels.All["windows"] with { Encoder = change(StreamModels.All["windows"].Encoder) };
}
