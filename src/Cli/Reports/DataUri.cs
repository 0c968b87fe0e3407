using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Reports;

/// <summary>Files that are written into the page itself.</summary>
internal static class DataUri
{
    public static Html WebP(byte[] file) => Of("image/webp", file);

    /// <summary>Sound as a WAV file of 16 bits.</summary>
    public static Html Wav(Waveform sound)
    {
        using var file = new MemoryStream();
        AudioFile.WriteWav(file, sound, WavSampleFormat.Pcm16);
        return Of("audio/wav", file.ToArray());
    }

    private static Html Of(string type, byte[] content) => Html.Trusted($"data:{type};base64,{Convert.ToBase64String(content)}");
}
