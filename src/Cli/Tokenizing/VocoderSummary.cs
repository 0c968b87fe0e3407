using System.Globalization;
using AudioBsq.Cli.Console;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using AudioBsq.Vocoding;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>The content of a vocoder's file.</summary>
internal sealed record VocoderSummary(string Kind, string Path, long Bytes, MelOptions Mel, VocoderOptions Vocoder, long Parameters)
    : ISummary
{
    public static VocoderSummary Of(string path)
    {
        using var vocoder = NeuralVocoder.Load(path, "cpu");
        return new VocoderSummary("vocoder", path, new FileInfo(path).Length, vocoder.Mel, vocoder.Options, vocoder.ParameterCount);
    }

    /// <summary>Whether a file holds weights, and not those of a tokenizer.</summary>
    public static bool MayBe(string path)
    {
        if (!SavedModel.HoldsWeights(path)) return false;
        using var stream = File.OpenRead(path);
        return new SafetensorsReader(stream, path).Metadata.GetValueOrDefault("format") != ModelFile.FormatName;
    }

    public IEnumerable<(string Name, string Value)> Rows()
    {
        var culture = CultureInfo.InvariantCulture;
        yield return ("Vocoder", Path);
        yield return ("File size", string.Create(culture, $"{Bytes:N0} bytes"));
        foreach (var row in MelDescription.Rows(Mel)) yield return row;
        string reach = string.Create(culture, $"sees {Vocoder.FramesBefore} frames before and {Vocoder.FramesAfter} after");
        yield return (
            "Network", string.Create(culture, $"{Vocoder.Layers} blocks of width {Vocoder.Width}, {Vocoder.Kernel} frames each; {reach}"));
        yield return ("Parameters", string.Create(culture, $"{Parameters:N0}"));
    }
}
