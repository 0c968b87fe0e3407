using System.Runtime.InteropServices;
using AudioBsq.Tests.Featurizers.Decoding;
using AudioBsq.Tests.Model.Inference;

namespace AudioBsq.Tests.Cli.Streaming;

/// <summary>Real speech as 16-bit samples, with and without a header.</summary>
internal static class LiveSound
{
    /// <summary>Without a header, little-endian; the second channel is another speaker.</summary>
    public static byte[] Pcm(int frames, int channels = 1)
    {
        float[][] sounds = [.. Enumerable.Range(0, channels).Select(channel => StreamModels.Sound(frames, channel))];
        short[] samples = [.. Enumerable.Range(0, frames * channels).Select(i => (short)(sounds[i % channels][i / channels] * 32_767))];
        return MemoryMarshal.AsBytes<short>(samples).ToArray();
    }

    /// <summary>The same as a WAV file.</summary>
    public static byte[] Wav(byte[] pcm, int rate = 16_000, int channels = 1) =>
        WavBytes.File(WavBytes.Chunk("fmt ", WavBytes.Format(1, channels, rate, 16)), WavBytes.Chunk("data", pcm));
}
