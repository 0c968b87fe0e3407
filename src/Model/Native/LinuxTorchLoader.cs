using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Runtime.Versioning;
using TorchSharp;

namespace AudioBsq.Native;

/// <summary>
/// Loads libtorch and TorchSharp's native library by absolute path. The latter is built with GCC 13 and requires a version of the C++
/// runtime that Debian 12, Ubuntu 22.04 and RHEL 9 do not have, for a symbol that it never uses. If it does not load, a copy in which that
/// version is optional is loaded in its place (<see cref="ElfVersionPatch"/>).
/// </summary>
[SupportedOSPlatform("linux")]
internal static partial class LinuxTorchLoader
{
    private const string Bridge = "libLibTorchSharp.so", CxxRuntime = "libstdc++.so.6", NewestCxxVersion = "GLIBCXX_3.4.32";
    private const string UnknownSymbol = "undefined symbol", LibtorchVersion = "2.10";

    // Dependencies first: later requests by name find the loaded libraries.
    private static readonly string[] LoadOrder = ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, nint> Handles = [];

    /// <summary>Loads every library that TorchSharp requests by name.</summary>
    public static void Load()
    {
        lock (Gate)
        {
            if (Handles.ContainsKey(Bridge) || IsMapped(Bridge)) return;
            RequirePlatform();
            LoadLibtorch(LibtorchFolder());
            LoadBridge();
        }
    }

    /// <summary>
    /// Functions and data that TorchSharp's native library takes from libtorch, and those of them that the libtorch here lacks. Most are
    /// looked up when they are first called, so a libtorch of another version may load and then end the process.
    /// </summary>
    /// <exception cref="TorchLoadException">Libtorch cannot be loaded, or TorchSharp's library is missing.</exception>
    /// <exception cref="InvalidDataException">TorchSharp's library cannot be read.</exception>
    public static (IReadOnlyList<string> All, IReadOnlyList<string> Missing) Imports()
    {
        lock (Gate)
        {
            if (!LoadOrder.Any(Handles.ContainsKey)) LoadLibtorch(LibtorchFolder());
            var all = ElfImports.Of(File.ReadAllBytes(TorchFolders.Find(Bridge) ?? throw NoBridge()));
            return (all, [.. all.Where(name => !LoadOrder.Any(file => Exports(file, name)))]);
        }
    }

    // Runs when this assembly is first used and loads nothing. The event is raised when TorchSharp's own search has failed.
    [ModuleInitializer]
    internal static void Register()
    {
        if (!OperatingSystem.IsLinux()) return;
        // libgomp reads this once, when it is loaded. Its default, spinning, is up to hundreds of times slower where cores are shared.
        // .NET's SetEnvironmentVariable does not reach native code.
        _ = SetEnvironmentVariable("OMP_WAIT_POLICY", "passive", overwrite: 0);
        var context = AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += Resolve;
    }

    private static nint Resolve(Assembly assembly, string name)
    {
        string file = name.EndsWith(".so", StringComparison.Ordinal) ? name : $"lib{name}.so";
        if (file != Bridge && !LoadOrder.Contains(file)) return 0;
        try
        {
            Load();
        }
        catch (TorchLoadException)
        {
            return 0; // the caller reports it in its own way; EnsureLoaded reports the details
        }

        lock (Gate) return Handles.GetValueOrDefault(file);
    }

    private static void RequirePlatform()
    {
        string identifier = RuntimeInformation.RuntimeIdentifier;
        if (identifier.Contains("musl", StringComparison.Ordinal))
        {
            throw new TorchLoadException(
                "Torch is built for the GNU C library and this system has musl (Alpine). "
                + "Use a Debian, Ubuntu or Red Hat based system or image.");
        }

        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            throw new TorchLoadException(
                $"On Linux torch comes for x64 processors only, and this process is {RuntimeInformation.ProcessArchitecture}.");
        }
    }

    private static string LibtorchFolder()
    {
        string? own = Path.GetDirectoryName(TorchFolders.Find("libtorch_cpu.so"));
        if (TorchFolders.Named is not { } named)
        {
            return own ?? throw new TorchLoadException(
                "No libtorch_cpu.so belongs to this program. Add the package TorchSharp-cpu (or TorchSharp-cuda-linux) to it, "
                + $"or name the folder of another libtorch in {TorchFolders.Variable}.");
        }

        if (!File.Exists(Path.Combine(named, "libtorch_cpu.so")))
            throw new TorchLoadException($"{TorchFolders.Variable} names '{named}', which has no libtorch_cpu.so.");
        if (own is not null && Path.GetFullPath(own).TrimEnd('/') != Path.GetFullPath(named).TrimEnd('/'))
        {
            throw new TorchLoadException(
                $"{TorchFolders.Variable} names '{named}', but this program has a libtorch of its own in '{own}'; "
                + "two cannot be loaded. Take the package TorchSharp-cpu (or TorchSharp-cuda-linux) out of the program.");
        }

        return named;
    }

    private static void LoadLibtorch(string folder)
    {
        foreach (string file in LoadOrder)
        {
            string path = Path.Combine(folder, file);
            if (!File.Exists(path)) continue; // the CUDA libraries are not always there
            if (!TryLoad(path, out nint handle, out string reason)) throw Failure(path, reason);
            Handles[file] = handle;
        }
    }

    private static void LoadBridge()
    {
        string path = TorchFolders.Find(Bridge) ?? throw NoBridge();
        if (!TryLoad(path, out nint handle, out string reason))
        {
            if (!reason.Contains(NewestCxxVersion, StringComparison.Ordinal)) throw Failure(path, reason);
            var (copy, temporary) = StoreAdaptedCopy(path);
            bool loaded = TryLoad(copy, out handle, out string again);
            if (temporary) Directory.Delete(Path.GetDirectoryName(copy)!, recursive: true); // the mapped file stays
            if (!loaded)
            {
                if (again.Contains(UnknownSymbol, StringComparison.Ordinal)) throw Failure(path, again);
                string adapted = $"\nNeither does '{copy}', a copy adapted to older C++ runtimes: {again}";
                throw new TorchLoadException($"'{path}' does not load: {reason}{adapted}{Advice(reason)}");
            }
        }

        Handles[Bridge] = handle;
    }

    private static (string Path, bool Temporary) StoreAdaptedCopy(string path)
    {
        try
        {
            byte[] image = File.ReadAllBytes(path);
            if (!ElfVersionPatch.MakeOptional(image, CxxRuntime, NewestCxxVersion))
                throw new InvalidDataException($"It asks for {NewestCxxVersion} in an unknown way.");
            return NativeCache.Store(Bridge, image);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            string message = $"'{path}' cannot be adapted to this system's C++ runtime: {e.Message}{Advice(NewestCxxVersion)}";
            throw new TorchLoadException(message, e);
        }
    }

    private static bool TryLoad(string path, out nint handle, out string reason)
    {
        try
        {
            (handle, reason) = (NativeLibrary.Load(path), "");
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            (handle, reason) = (0, e.Message.Trim());
            return false;
        }
    }

    private static bool Exports(string file, string name) =>
        Handles.TryGetValue(file, out nint handle) && NativeLibrary.TryGetExport(handle, name, out _);

    private static TorchLoadException NoBridge() => new($"{Bridge}, which the package TorchSharp brings, is not beside this program.");

    private static TorchLoadException Failure(string path, string reason) => new($"'{path}' does not load: {reason}{Advice(reason)}");

    private static string Advice(string reason) => reason switch
    {
        _ when reason.Contains(UnknownSymbol, StringComparison.Ordinal) => OtherVersion(),
        _ when reason.Contains("libgomp", StringComparison.Ordinal) =>
            "\nInstall the OpenMP runtime (Debian, Ubuntu: apt-get install libgomp1).",
        _ when reason.Contains(CxxRuntime, StringComparison.Ordinal) || reason.Contains("GLIBCXX", StringComparison.Ordinal) =>
            "\nInstall the C++ runtime of GCC 13 or newer (it comes with Ubuntu 24.04 and Debian 13; conda-forge has it as libstdcxx-ng).",
        _ when reason.Contains("GLIBC_", StringComparison.Ordinal) =>
            "\nThis system's C library is too old: 2.34 or newer is needed (Debian 12, Ubuntu 22.04, RHEL 9).",
        _ when reason.Contains("cuda", StringComparison.Ordinal) =>
            "\nThe libraries of CUDA are missing or do not fit: check the package TorchSharp-cuda-linux and the driver (nvidia-smi).",
        _ => "",
    };

    private static string OtherVersion()
    {
        if (!LoadOrder.Any(Handles.ContainsKey)) return "";
        var (all, missing) = Imports();
        return $"\nThis libtorch lacks {missing.Count} of the {all.Count} functions that TorchSharp takes from it, so it is of another "
            + $"version: {LibtorchVersion} is needed. 'benchmarks gpu' lists what is missing (docs/gpu.md).";
    }

    private static bool IsMapped(string file) =>
        File.ReadLines("/proc/self/maps").Any(line => line.EndsWith($"/{file}", StringComparison.Ordinal));

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
