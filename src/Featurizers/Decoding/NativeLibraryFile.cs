using System.Runtime.InteropServices;

namespace AudioBsq.Decoding;

/// <summary>A native library under one name, whatever its file is called on this system. Looked for once, at first use.</summary>
/// <param name="name">The name in the import attribute.</param>
/// <param name="variable">The environment variable that names the file instead; then no other is tried.</param>
/// <param name="files">Names to try in turn.</param>
internal sealed class NativeLibraryFile(string name, string variable, string[] files)
{
    private readonly Lazy<nint> _handle = new(() => Find(variable, files));

    public string Name => name;

    public string Variable => variable;

    /// <summary>The loaded library, or 0 where there is none.</summary>
    public nint Handle => _handle.Value;

    private static nint Find(string variable, string[] files)
    {
        string? named = Environment.GetEnvironmentVariable(variable);
        foreach (string file in string.IsNullOrEmpty(named) ? files : [named])
        {
            if (NativeLibrary.TryLoad(file, typeof(NativeLibraryFile).Assembly, null, out nint handle)) return handle;
        }

        return 0;
    }
}
