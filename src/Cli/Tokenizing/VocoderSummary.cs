using System.Buffers.Binary;
using System.Globalization;
using AudioBsq.Cli.Console;
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

    /// <summary>Whether a file begins as safetensors do: with the length of a header in braces.</summary>
    public static bool MayBe(string path)
    {
        byte[] head = new byte[9];
        using var stream = File.OpenRead(path);
        return stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length
            && head[8] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(head) <= (ulong)stream.Length;
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
