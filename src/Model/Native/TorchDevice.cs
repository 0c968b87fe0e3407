using System.Globalization;
using TorchSharp;

namespace AudioBsq.Native;

/// <summary>The device that a user names.</summary>
public static class TorchDevice
{
    /// <summary>
    /// "auto" is the first CUDA device where there is one and the processor otherwise; "cpu", "cuda" and "cuda:1" mean what they say.
    /// </summary>
    /// <exception cref="ArgumentException">The text is none of these.</exception>
    /// <exception cref="NotSupportedException">A CUDA device was asked for and is not there; the message says what to do.</exception>
    /// <exception cref="TorchLoadException">Torch cannot be loaded.</exception>
    public static torch.Device Resolve(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        int? index = IndexOf(device);
        TorchLibrary.EnsureLoaded();
        if (device == "cpu" || (device == "auto" && !HasCuda())) return torch.device(DeviceType.CPU);
        if (!HasCuda())
        {
            throw new NotSupportedException(
                $"Device '{device}' was asked for and CUDA is not available. Build the program with -p:Torch=cuda (it then takes the package TorchSharp-cuda-linux or "
                + $"TorchSharp-cuda-windows, or name a CUDA libtorch in {TorchFolders.Variable}), check the driver with nvidia-smi, or use device 'cpu'.");
        }

        int count = torch.cuda.device_count();
        return index < count || index is null
            ? torch.device(DeviceType.CUDA, index ?? 0)
            : throw new NotSupportedException($"Device '{device}' was asked for and this machine has {count} CUDA device{(count == 1 ? "" : "s")}, numbered from 0.");
    }

    private static int? IndexOf(string device)
    {
        if (device is "auto" or "cpu" or "cuda") return null;
        return device.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(device.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? index
            : throw new ArgumentException($"Device '{device}' must be auto, cpu, cuda or cuda:N with a number N.", nameof(device));
    }

    // A CUDA library that fails to load is counted as loaded by TorchSharp: only this answer tells.
    private static bool HasCuda() => torch.TryInitializeDeviceType(DeviceType.CUDA) && torch.cuda.is_available();
}
