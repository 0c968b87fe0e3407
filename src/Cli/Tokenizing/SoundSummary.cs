using System.Globalization;
using AudioBsq.Cli.Console;
using AudioBsq.Decoding;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>What a sound file's header says.</summary>
internal sealed record SoundSummary(
    string Kind, string Path, long Bytes, string Format, int SampleRate, int Channels, long? Frames, double? Seconds) : ISummary
{
    public static SoundSummary Of(string path)
    {
        var format = AudioFile.Describe(path);
        return new SoundSummary(
            "sound", path, new FileInfo(path).Length, format.Codec, format.SampleRate, format.Channels, format.Frames, format.Seconds);
    }

    public IEnumerable<(string Name, string Value)> Rows()
    {
        var culture = CultureInfo.InvariantCulture;
        yield return ("Sound file", Path);
        yield return ("Format", Format);
        yield return ("Sample rate", string.Create(culture, $"{SampleRate:N0} Hz"));
        yield return ("Channels", string.Create(culture, $"{Channels}"));
        yield return (
            "Length", Seconds is { } seconds ? string.Create(culture, $"{seconds:N3} s ({Frames:N0} samples a channel)") : "not declared");
        yield return ("File size", string.Create(culture, $"{Bytes:N0} bytes"));
    }
}
