using System.Globalization;
using AudioBsq.Cli.Console;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>The content of a tokens file, all clips together.</summary>
internal sealed record TokenSummary(
    string Kind, string Path, long Bytes, int Clips, double Seconds, long Tokens, int BitsPerToken, int SampleRate, double BitsPerSecond)
        : ISummary
{
    /// <exception cref="InvalidDataException">Not one line is a clip.</exception>
    public static TokenSummary Of(string path, Tally tally, CancellationToken cancellation)
    {
        using var reader = new StreamReader(path);
        ClipTokens? first = null;
        var (clips, seconds, tokens) = (0, 0.0, 0L);
        foreach (var line in TokenFile.Read(reader))
        {
            cancellation.ThrowIfCancellationRequested();
            first ??= line.Clip;
            string? problem = line.Clip is { } clip ? Misfit(clip, first!) : line.Problem;
            if (problem is not null)
            {
                tally.Refuse($"{path}, line {line.Number}", problem);
                continue;
            }

            clips++;
            seconds += line.Clip!.Seconds;
            tokens += line.Clip.Tokens.Length;
        }

        if (first is null || clips == 0) throw new InvalidDataException($"'{path}' holds no clip as 'audiobsq tokenize' writes it.");
        return new TokenSummary(
            "tokens", path, new FileInfo(path).Length, clips, seconds, tokens, first.BitsPerToken, first.SampleRate,
            seconds > 0 ? tokens * first.BitsPerToken / seconds : 0);
    }

    public IEnumerable<(string Name, string Value)> Rows()
    {
        var culture = CultureInfo.InvariantCulture;
        yield return ("Tokens file", Path);
        yield return ("Clips", string.Create(culture, $"{Clips:N0}"));
        yield return ("Length", string.Create(culture, $"{Seconds:N1} s at {SampleRate:N0} Hz"));
        yield return ("Tokens", string.Create(culture, $"{Tokens:N0} of {BitsPerToken} bits"));
        yield return ("Bit rate", string.Create(culture, $"{BitsPerSecond:N0} bit/s"));
        yield return ("File size", string.Create(culture, $"{Bytes:N0} bytes"));
    }

    private static string? Misfit(ClipTokens clip, ClipTokens first)
    {
        if (clip.Samples < 0 || clip.SampleRate <= 0) return $"{clip.Samples} samples at {clip.SampleRate} Hz are no clip";
        if (clip.BitsPerToken == first.BitsPerToken && clip.SampleRate == first.SampleRate) return null;
        string others = $"the clips before it have {first.BitsPerToken} at {first.SampleRate} Hz";
        return $"{clip.BitsPerToken} bits at {clip.SampleRate} Hz, and {others}: another model made it";
    }
}
