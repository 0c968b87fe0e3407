using System.Runtime.InteropServices;

namespace AudioBsq.Decoding;

/// <summary>The part of libsndfile's interface that reads (sndfile.h).</summary>
internal static unsafe partial class SoundFileNative
{
    public const string Library = "sndfile";
    public const int Read = 0x10;
    public const int Mpeg = 0x23;
    public const long UnknownLength = long.MaxValue;

    [LibraryImport(Library)]
    public static partial SoundFileHandle sf_open_virtual(ref VirtualIo io, int mode, ref Info info, nint user);

    [LibraryImport(Library)]
    public static partial int sf_close(nint file);

    [LibraryImport(Library)]
    public static partial long sf_readf_float(SoundFileHandle file, float* frames, long count);

    [LibraryImport(Library)]
    public static partial int sf_error(SoundFileHandle file);

    [LibraryImport(Library)]
    public static partial nint sf_strerror(SoundFileHandle file);

    /// <summary>With 0: the code of the last open that failed, in the whole process.</summary>
    [LibraryImport(Library, EntryPoint = "sf_error")]
    public static partial int sf_open_error(nint zero);

    [LibraryImport(Library, EntryPoint = "sf_strerror")]
    public static partial nint sf_open_strerror(nint zero);

    [LibraryImport(Library)]
    public static partial nint sf_version_string();

    /// <summary>Text that the library owns.</summary>
    public static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? "";

    /// <summary>SF_INFO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Info
    {
        public long Frames;
        public int SampleRate;
        public int Channels;
        public int Format;
        public int Sections;
        public int Seekable;

        public readonly int Container => Format >> 16 & 0xFFF;

        public readonly int Encoding => Format & 0xFFFF;
    }

    /// <summary>SF_VIRTUAL_IO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct VirtualIo
    {
        public delegate* unmanaged[Cdecl]<nint, long> Length;
        public delegate* unmanaged[Cdecl]<long, int, nint, long> Seek;
        public delegate* unmanaged[Cdecl]<void*, long, nint, long> Read;
        public delegate* unmanaged[Cdecl]<void*, long, nint, long> Write;
        public delegate* unmanaged[Cdecl]<nint, long> Tell;
    }
}
