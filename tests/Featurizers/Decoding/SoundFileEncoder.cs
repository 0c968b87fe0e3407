using System.Runtime.InteropServices;
using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>libsndfile's writing half, which tests need and the library does not.</summary>
internal static unsafe class SoundFileEncoder
{
    public const int Wav = 0x01_0000;
    public const int Aiff = 0x02_0000;
    public const int Au = 0x03_0000;
    public const int W64 = 0x0B_0000;
    public const int Flac = 0x17_0000;
    public const int Caf = 0x18_0000;
    public const int Ogg = 0x20_0000;
    public const int Mpeg = 0x23_0000;
    public const int Pcm8 = 1, Pcm16 = 2, Pcm24 = 3, ImaAdpcm = 0x12, MsAdpcm = 0x13, Vorbis = 0x60, Opus = 0x64, LayerIII = 0x82;

    public static void SkipWithoutLibrary() =>
        Skip.If(
            NativeLibraries.SoundFile.Handle == 0,
            "libsndfile is not installed: apt-get install libsndfile1, brew install libsndfile, or set AUDIOBSQ_SNDFILE");

    /// <summary>Interleaved samples as a file; integers below 32 bits are the highest bits of each.</summary>
    public static byte[] Encode(int format, int rate, int channels, ReadOnlySpan<int> interleaved)
    {
        fixed (int* samples = interleaved) return Encode("sf_writef_int", format, rate, channels, samples, interleaved.Length / channels);
    }

    /// <summary>Interleaved samples as a file.</summary>
    public static byte[] Encode(int format, int rate, int channels, ReadOnlySpan<float> interleaved)
    {
        fixed (float* samples = interleaved)
            return Encode("sf_writef_float", format, rate, channels, samples, interleaved.Length / channels);
    }

    /// <summary>Skips where this build of libsndfile does not write the format.</summary>
    public static void SkipWithout(int format, string name)
    {
        SkipWithoutLibrary();
        var info = new SoundFileNative.Info { SampleRate = 48_000, Channels = 1, Format = format };
        bool known = ((delegate* unmanaged[Cdecl]<SoundFileNative.Info*, int>)Export("sf_format_check"))(&info) != 0;
        Skip.IfNot(known, $"this libsndfile does not write {name}: version 1.1 or newer with MPEG and Xiph support is needed");
    }

    private static byte[] Encode(string write, int format, int rate, int channels, void* samples, long frames)
    {
        string path = Path.Combine(TestData.NewFolder(), "encoded");
        var info = new SoundFileNative.Info { SampleRate = rate, Channels = channels, Format = format };
        nint name = Marshal.StringToCoTaskMemUTF8(path);
        nint file = ((delegate* unmanaged[Cdecl]<nint, int, SoundFileNative.Info*, nint>)Export("sf_open"))(name, 0x20, &info);
        Marshal.FreeCoTaskMem(name);
        Assert.True(file != 0, $"libsndfile does not write format {format:X} at {rate} Hz");
        long written = ((delegate* unmanaged[Cdecl]<nint, void*, long, long>)Export(write))(file, samples, frames);
        ((delegate* unmanaged[Cdecl]<nint, int>)Export("sf_close"))(file);
        Assert.Equal(frames, written);
        byte[] bytes = File.ReadAllBytes(path);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return bytes;
    }

    private static nint Export(string name) => NativeLibrary.GetExport(NativeLibraries.SoundFile.Handle, name);
}
