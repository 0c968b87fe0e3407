using System.Globalization;
using TorchSharp;

namespace AudioBsq.Native;

/// <summary>Finds the device that a user names.</summary>
internal static class TorchDevice
{
    /// <summary>
    /// "auto" is the first CUDA device if there is one, otherwise the processor; "cpu", "cuda" and "cuda:1" name a device.
    /// </summary>
    /// <exception cref="ArgumentException">The text is none of these.</exception>
    /// <exception cref="NotSupportedException">The CUDA device does not exist; the message says what to do.</exception>
    /// <exception cref="TorchLoadException">Torch cannot be loaded.</exception>
    public static torch.Device Resolve(string device)
    {
        int? index = IndexOf(device);
        TorchLibrary.EnsureLoaded();
        if (device == "cpu" || (device == "auto" && !HasCuda())) return torch.device(DeviceType.CPU);
        if (!HasCuda())
        {
            throw new NotSupportedException(
                $"Device '{device}' was asked for and CUDA is not available. Add the package TorchSharp-cuda-linux or "
                + "TorchSharp-cuda-windows to the program in place of TorchSharp-cpu (or have no such package, and name a CUDA libtorch in "
                + $"{TorchFolders.Variable}), check the driver with nvidia-smi, or use device 'cpu'.");
        }

        int count = torch.cuda.device_count();
        return index < count || index is null
            ? torch.device(DeviceType.CUDA, index ?? 0)
            : throw new NotSupportedException(
                $"Device '{device}' was asked for and this machine has {count} CUDA device{(count == 1 ? "" : "s")}, numbered from 0.");
    }

    /// <summary>
    /// Runs of a network side by side that make sense: one on a GPU, and one where torch spreads every operation over several threads
    /// itself.
    /// </summary>
    public static int MaxConcurrencyOf(torch.Device device) =>
        device.type == DeviceType.CPU && torch.get_num_threads() == 1 ? Environment.ProcessorCount : 1;

    /// <summary>Checks the text alone, and loads nothing.</summary>
    /// <exception cref="ArgumentException">The text names no device.</exception>
    public static void CheckName(string device) => IndexOf(device);

    private static int? IndexOf(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device is "auto" or "cpu" or "cuda") return null;
        if (device == "onnx")
        {
            throw new NotSupportedException(
                "Device 'onnx' only runs trained models. Training needs torch: device auto, cpu, cuda or cuda:N.");
        }

        bool isIndexed = device.StartsWith("cuda:", StringComparison.Ordinal);
        return isIndexed && int.TryParse(device.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? index
            : throw new ArgumentException($"Device '{device}' must be auto, cpu, cuda or cuda:N with a number N.", nameof(device));
    }

    // TorchSharp counts a CUDA library that failed to load as loaded, so both questions are needed.
    private static bool HasCuda() => torch.TryInitializeDeviceType(DeviceType.CUDA) && torch.cuda.is_available();
}
