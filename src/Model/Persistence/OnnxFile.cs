using AudioBsq.Onnx;

namespace AudioBsq.Persistence;

/// <summary>Writes a model's encoder or decoder as an ONNX file for other programs (docs/onnx.md).</summary>
internal static class OnnxFile
{
    public static void Write(Stream stream, ModelContent model, ModelParts part)
    {
        ArgumentNullException.ThrowIfNull(stream);
        model.Require(part, part == ModelParts.Encoder ? "encode" : "decode");
        var graphs = new TokenizerGraph(model.Options, NamedWeights.ByName(model.Weights(part)));
        var (graph, what) = part == ModelParts.Encoder
            ? (graphs.Encoder(), "Mel spectrogram to latents and bits of tokens.")
            : (graphs.Decoder(), "Bits of tokens to mel spectrogram.");
        stream.Write(graph.ToBytes(what, new Dictionary<string, string>
        {
            ["part"] = part.ToString(),
            ["options"] = OptionsJson.Write(model.Options),
            ["mel"] = OptionsJson.Write(model.Mel),
            ["fingerprint"] = model.Fingerprint,
        }));
    }
}
