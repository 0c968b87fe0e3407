using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Reports;

/// <summary>Files that are written into the page itself.</summary>
internal static class DataUri
{
    /// <summary>A picture of at most 256 colours; see <see cref="Reports.Png.Encode"/>.</summary>
    public static Html Png(ReadOnlySpan<byte> pixels, int width, ReadOnlySpan<byte> palette) => Of("image/png", Reports.Png.Encode(pixels, width, palette));

    /// <summary>Sound as a WAV file of 16 bits.</summary>
    public static Html Wav(Waveform sound)
    {
        using var file = new MemoryStream();
        AudioFile.WriteWav(file, sound, WavSampleFormat.Pcm16);
        return Of("audio/wav", file.ToArray());
    }

    private static Html Of(string type, byte[] content) => Html.Trusted($"data:{type};base64,{Convert.ToBase64String(content)}");
}
