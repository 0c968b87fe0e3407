using System.Globalization;
using AudioBsq.Cli.Console;
using AudioBsq.Tokens;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>The content of a token container.</summary>
internal sealed record ContainerSummary(
    string Kind, string Path, long Bytes, string Model, string Fingerprint, long? Samples, int SampleRate, double Seconds, long Steps,
    double StepsPerSecond, int TokensPerStep,
    int BitsPerToken, double BitsPerSecond, TokenCoding Coding, double ChunkSeconds, IReadOnlyDictionary<string, string> Metadata,
    long MissingSteps, IReadOnlyList<string> Damage) : ISummary
{
    /// <exception cref="InvalidDataException">The file is no readable container.</exception>
    public static ContainerSummary Of(string path, Tally tally)
    {
        using var stream = File.OpenRead(path);
        var content = new TokenReader(stream, path).ReadAll();
        var header = content.Header;
        long steps = content.Samples is { } known ? header.StepsOf(known) : content.Tokens.Length / header.TokensPerStep;
        double seconds = content.Samples is { } samples ? (double)samples / header.SampleRate : steps / header.StepsPerSecond;
        if (!content.IsWhole) tally.Refuse(path, string.Join("; ", content.Damage));
        return new ContainerSummary(
            "container", path, stream.Length, header.ModelName, header.Fingerprint, content.Samples, header.SampleRate, seconds, steps,
            header.StepsPerSecond, header.TokensPerStep,
            header.BitsPerToken, header.BitsPerSecond, header.Coding, header.StepsPerChunk / header.StepsPerSecond, header.Metadata,
            content.Missing.Sum(range => range.Count), content.Damage);
    }

    public IEnumerable<(string Name, string Value)> Rows()
    {
        var culture = CultureInfo.InvariantCulture;
        yield return ("Token container", Path);
        yield return ("Model", $"{(Model.Length == 0 ? "" : $"{Model}, ")}{Fingerprint}");
        yield return (
            "Length",
            string.Create(
                culture,
                $"{Seconds:N3} s{(Samples is { } samples ? $" ({samples:N0} samples at {SampleRate:N0} Hz)" : ", as far as it is left")}"));
        yield return (
            "Tokens",
            string.Create(culture, $"{Steps * TokensPerStep:N0} of {BitsPerToken} bits, {TokensPerStep} in each of {Steps:N0} time steps"));
        yield return (
            "Bit rate",
            string.Create(
                culture, $"{BitsPerSecond:N0} bit/s of tokens{(Seconds > 0 ? $", {8 * Bytes / Seconds:N0} bit/s as a file" : "")}"));
        yield return (
            "Chunks", string.Create(culture, $"{ChunkSeconds:N2} s each, {(Coding == TokenCoding.Packed ? "packed" : "entropy coded")}"));
        foreach (var (key, value) in Metadata) yield return ($"\"{key}\"", value);
        yield return ("File size", string.Create(culture, $"{Bytes:N0} bytes"));
        yield return ("State", Damage.Count == 0 ? "whole" : string.Join("; ", Damage));
    }
}
