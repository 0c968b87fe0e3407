using System.Runtime;
using TorchSharp;

namespace AudioBsq.Native;

/// <summary>Makes sure that torch is there before its first use. Start reading here.</summary>
internal static class TorchLibrary
{
    private static readonly Lock Gate = new();
    private static bool _loaded;
    private static TorchLoadException? _failure;

    /// <summary>
    /// Loads torch, once per process; cheap afterwards. Everything that uses torch calls it first, so that a missing or unfit library
    /// is one exception with a cure in it, not a type initializer's.
    /// </summary>
    /// <exception cref="TorchLoadException">Torch cannot be loaded.</exception>
    public static void EnsureLoaded()
    {
        if (Volatile.Read(ref _loaded)) return;
        lock (Gate)
        {
            if (_loaded) return;
            if (_failure is not null) throw new TorchLoadException(_failure.Message, _failure); // TorchSharp cannot be tried twice
            try
            {
                if (OperatingSystem.IsLinux()) LinuxTorchLoader.Load();
                torch.InitializeDeviceType(DeviceType.CPU);
                CollectInTheForeground();
                Volatile.Write(ref _loaded, true);
            }
            catch (Exception e)
            {
                _failure = e as TorchLoadException ?? new TorchLoadException(
                    $"Torch's native library does not load: {Innermost(e).Message} Programs need one native package: TorchSharp-cpu for the processor, "
                    + "or TorchSharp-cuda-linux or TorchSharp-cuda-windows for an NVIDIA GPU.", e);
                throw _failure;
            }
        }
    }

    // TorchSharp 0.107 does not keep a Scalar alive while torch reads it, and a + b of two tensors makes one. A collection in the
    // background can free it under the call: a long training run then ends in "toFloat: expected false to be true", or worse.
    // In batch mode a thread that is inside torch starts no collection; one that another thread starts is still a risk, a small one.
    private static void CollectInTheForeground()
    {
        if (GCSettings.LatencyMode == GCLatencyMode.Interactive) GCSettings.LatencyMode = GCLatencyMode.Batch;
    }

    private static Exception Innermost(Exception e) => e is TypeInitializationException { InnerException: { } inner } ? Innermost(inner) : e;
}
