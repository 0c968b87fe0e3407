using TorchSharp;

namespace AudioBsq.Native;

/// <summary>Loads torch before its first use. Start reading here.</summary>
internal static class TorchLibrary
{
    private static readonly Lock Gate = new();
    private static bool _loaded;
    private static TorchLoadException? _failure;

    /// <summary>
    /// Loads torch, once per process; cheap afterwards. Everything that uses torch calls it first, so that a missing or incompatible
    /// library is reported by one exception that says what to do, and not by a type initializer.
    /// </summary>
    /// <exception cref="TorchLoadException">Torch cannot be loaded.</exception>
    public static void EnsureLoaded()
    {
        if (Volatile.Read(ref _loaded)) return;
        lock (Gate)
        {
            if (_loaded) return;
            if (_failure is not null) throw new TorchLoadException(_failure.Message, _failure); // TorchSharp cannot load twice
            try
            {
                if (OperatingSystem.IsLinux()) LinuxTorchLoader.Load();
                torch.InitializeDeviceType(DeviceType.CPU);
                Volatile.Write(ref _loaded, true);
            }
            catch (Exception e)
            {
                _failure = e as TorchLoadException ?? new TorchLoadException(
                    $"Torch's native library does not load: {Innermost(e).Message} Programs need one native package: "
                    + "TorchSharp-cpu for the processor, or TorchSharp-cuda-linux or TorchSharp-cuda-windows for an NVIDIA GPU.", e);
                throw _failure;
            }
        }
    }

    /// <summary>
    /// Loads torch on a thread of its own, which takes almost half a second, while the caller does other work. A failure is reported by
    /// <see cref="EnsureLoaded"/>. The process ends only when the thread has.
    /// </summary>
    public static void StartLoading()
    {
        if (Volatile.Read(ref _loaded)) return;
        new Thread(Load) { Name = "torch" }.Start();

        static void Load()
        {
            try
            {
                EnsureLoaded();
            }
            catch (TorchLoadException)
            {
                // whoever needs torch gets the same exception
            }
        }
    }

    private static Exception Innermost(Exception e) =>
        e is TypeInitializationException { InnerException: { } inner } ? Innermost(inner) : e;
}
