using AudioBsq.Onnx;

namespace AudioBsq.OnnxRuntime;

/// <summary>
/// How models run on ONNX Runtime, in this process. With this package a program needs no libtorch to use trained models: where torch is
/// not there, devices auto and cpu mean ONNX Runtime. Device "onnx" asks for it anywhere. Only training needs torch.
/// </summary>
/// <example>
/// <code>
/// OnnxRuntimeSettings.Threads = 1; // many requests side by side, each on one core
/// using var model = PretrainedAudioModels.Speech900.LoadTokenizer("onnx");
/// int[] tokens = model.Encode(mel.Extract(waveform));
/// </code>
/// </example>
public static class OnnxRuntimeSettings
{
    private static int? _threads;

    /// <summary>
    /// Threads of one run, at least 1; one for each core when null. Models that are loaded later use it. Results do not depend on it.
    /// </summary>
    public static int? Threads
    {
        get => _threads;
        set => _threads = value is null or > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Threads must be at least 1, or null.");
    }

    /// <summary>
    /// Whether devices auto and cpu mean ONNX Runtime even where torch is there, for models that are loaded later: those of pipelines too.
    /// </summary>
    public static bool IsPreferred
    {
        get => InferenceDevice.PrefersOnnx;
        set => InferenceDevice.PrefersOnnx = value;
    }
}
