using AudioBsq.Onnx;
using AudioBsq.Signal;
using static AudioBsq.Onnx.TensorProto.Types;

namespace AudioBsq.Vocoding;

/// <summary>
/// A vocoder's network as an ONNX graph (<see cref="VocoderNetwork.Continue"/>): it takes and gives the caches of a clip that comes in
/// pieces. A whole clip is one piece, with caches of zeros and <c>last</c> = 1.
/// </summary>
/// <param name="options">The network.</param>
/// <param name="mel">The mel spectrograms.</param>
/// <param name="weights">Gives a copy of the weights of a name.</param>
internal sealed class VocoderGraph(VocoderOptions options, MelOptions mel, Func<string, float[]> weights)
{
    private readonly GraphWriter _graph = new("vocoder");
    private readonly int _width = options.Width, _bins = mel.FftLength / 2 + 1;

    /// <summary>The name of the cache of a convolution.</summary>
    public static string CacheOf(int convolution) => $"cache_{convolution}";

    /// <summary>
    /// levels (batch, frames, bands), log_magnitude (batch, frames, bins) → log_magnitude, cosine, sine (batch, ready, bins), for as many
    /// frames as no later one can change.
    /// </summary>
    public GraphWriter Write()
    {
        var x = _graph.Input("levels", DataType.Float, "Levels: decibels of a full-scale sine / 20 + 3.", "batch", "frames", mel.Bands);
        var magnitude = _graph.Input(
            "log_magnitude", DataType.Float, "Logarithms of initial magnitudes, from the inversion of the filter bank.", "batch", "frames",
            _bins);
        var last = _graph.Input("last", DataType.Int64, "1 if the clip ends with these frames, otherwise 0.", 1);
        var magnitudes = Input("cache_magnitudes", "initial magnitudes not used yet", _bins).Append(magnitude, axis: 1);

        x = Norm("embed_norm", Convolve(Padded(0, x, last, mel.Bands), "embed", mel.Bands, groups: 1));
        for (int i = 0; i < options.Layers; i++) x = Block(i, Padded(i + 1, x, last, _width));
        Head(Norm("final_norm", x), magnitudes.Slice(1, _graph.Constant(0L), x.Size(1)));
        Output("next_cache_magnitudes", magnitudes.Slice(1, x.Size(1), _graph.Constant(long.MaxValue)), _bins);
        return _graph;
    }

    // Frames before these, these, and at the end of the clip zeros after them; what the next frames need is kept.
    private Value Padded(int convolution, Value x, Value last, int channels)
    {
        var all = Input(CacheOf(convolution), "frames before these: zeros at the start of a clip", channels).Append(x, axis: 1);
        int kept = options.Kernel - 1;
        Output($"next_{CacheOf(convolution)}", all.Slice(1, kept == 0 ? int.MaxValue : -kept), channels);
        return _graph.Node("Pad", [all, last * _graph.Constant(0, 0, 0, 0, options.Reach(convolution).After, 0)]);
    }

    private Value Block(int index, Value inputs)
    {
        string block = $"blocks.{index}";
        var (before, after) = options.Reach(index + 1);
        var y = Norm($"{block}.norm", Convolve(inputs, $"{block}.depthwise", _width, groups: _width));
        y = Linear($"{block}.expand", y, _width, options.HiddenWidth).Gelu();
        y = Linear($"{block}.project", y, options.HiddenWidth, _width, weights($"{block}.scale.gamma"));
        return inputs.Slice(1, before, after == 0 ? int.MaxValue : -after) + y;
    }

    private void Head(Value x, Value initial)
    {
        var parts = Linear("head", x, _width, 3 * _bins).Split(-1, 3);
        var silent = initial.AtMost(_graph.Constant((float)VocoderNetwork.SilenceOf(mel)));
        var magnitude = initial + parts[0].Clip(-VocoderNetwork.MaxCorrection, VocoderNetwork.MaxCorrection);
        magnitude = _graph.Node("Where", [silent, _graph.Constant(VocoderNetwork.SilentLogMagnitude), magnitude]);
        var length = (parts[1] * parts[1] + parts[2] * parts[2] + VocoderNetwork.Tiny).Apply("Sqrt");
        Output("log_magnitude_out", magnitude, _bins, "Natural logarithm of the magnitude.", "ready");
        Output("cosine", parts[1] / length, _bins, "Cosine of the phase.", "ready");
        Output("sine", parts[2] / length, _bins, "Sine of the phase.", "ready");
    }

    // (batch, frames, channels) → (batch, frames − taps + 1, width)
    private Value Convolve(Value x, string layer, int channels, int groups)
    {
        var kernel = _graph.Weights($"{layer}.weight", weights($"{layer}.weight"), _width, channels / groups, options.Kernel);
        var bias = _graph.Weights($"{layer}.bias", weights($"{layer}.bias"), _width);
        return _graph.Node("Conv", [x.Transpose(0, 2, 1), kernel, bias], ("group", (long)groups)).Transpose(0, 2, 1);
    }

    private Value Norm(string layer, Value x) => _graph.Norm(layer, x, weights, _width);

    private Value Linear(string layer, Value x, int inputs, int outputs, float[]? gains = null) =>
        _graph.Linear($"{layer}.weight", $"{layer}.bias", x, weights, inputs, outputs, gains);

    private Value Input(string name, string what, int channels) =>
        _graph.Input(name, DataType.Float, $"A cache: {what}.", "batch", $"{name}_frames", channels);

    private void Output(
        string name, Value value, int channels, string documentation = "The cache for the next frames.", string frames = "kept") =>
        _graph.Output(name, value, DataType.Float, documentation, "batch", frames, channels);
}
