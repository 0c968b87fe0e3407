using AudioBsq.Native;

namespace AudioBsq.Onnx;

/// <summary>Where a trained model runs: on torch, or on ONNX Runtime if the program has that package.</summary>
internal static class InferenceDevice
{
    /// <summary>The name of ONNX Runtime on the processor.</summary>
    public const string Onnx = "onnx";

    private static readonly Lazy<IGraphRuntime?> Found = new(Find);

    /// <summary>Whether auto and cpu are ONNX Runtime even where torch is there.</summary>
    public static bool PrefersOnnx { get; set; }

    /// <summary>
    /// The device by its full name: cpu, cuda:N or onnx. auto is a CUDA device if there is one, otherwise the processor; the processor is
    /// used through torch if that is there, otherwise through ONNX Runtime.
    /// </summary>
    /// <exception cref="ArgumentException">The text names no device.</exception>
    /// <exception cref="NotSupportedException">There is no such device; the message says what to do.</exception>
    /// <exception cref="TorchLoadException">Torch cannot be loaded, and ONNX Runtime is not there.</exception>
    public static string Resolve(string device)
    {
        CheckName(device);
        bool isProcessor = device is "auto" or "cpu";
        if (device == Onnx || (isProcessor && PrefersOnnx))
        {
            RequireRuntime();
            return Onnx;
        }

        try
        {
            return TorchDevice.Resolve(device).ToString();
        }
        catch (TorchLoadException) when (isProcessor && Found.Value is not null)
        {
            return Onnx;
        }
    }

    /// <summary>Checks the text alone, and loads nothing.</summary>
    /// <exception cref="ArgumentException">The text names no device.</exception>
    public static void CheckName(string device)
    {
        if (device != Onnx) TorchDevice.CheckName(device);
    }

    /// <summary>ONNX Runtime.</summary>
    /// <exception cref="NotSupportedException">The program does not have it.</exception>
    public static IGraphRuntime RequireRuntime() => Found.Value ?? throw new NotSupportedException(
        "Device 'onnx' was asked for and the program does not have the package AudioBsq.MLNet.OnnxRuntime. Add it, and a native package "
        + "such as Microsoft.ML.OnnxRuntime.");

    // A package that is there is used; nobody need register it.
    private static IGraphRuntime? Find() =>
        Type.GetType("AudioBsq.OnnxRuntime.GraphRuntime, AudioBsq.MLNet.OnnxRuntime") is { } type
            ? (IGraphRuntime)Activator.CreateInstance(type, nonPublic: true)!
            : null;
}
