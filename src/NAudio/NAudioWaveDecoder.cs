using AudioBsq.Decoding;
using NAudio.Wave;

namespace AudioBsq.NAudio;

/// <summary>
/// AIFF, and WAV, through NAudio's managed readers. Behind the built-in decoders, as <see cref="AudioFile.Register"/> puts it, this
/// reads AIFF where there is no libsndfile.
/// </summary>
public sealed class NAudioWaveDecoder : IAudioDecoder
{
    /// <inheritdoc/>
    public string Name => "NAudio.Core";

    /// <inheritdoc/>
    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => IsWav(head) || IsAiff(head);

    /// <inheritdoc/>
    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        ArgumentNullException.ThrowIfNull(seekable);
        string name = nameHint ?? "stream";
        var reader = OpenReader(seekable, name);
        try
        {
            return new NAudioSource(
                NAudioExtensions.ToSamples(reader, $"'{name}'"),
                reader,
                name,
                reader.Length / reader.WaveFormat.BlockAlign,
                $"NAudio {reader.WaveFormat.Encoding}");
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    private static WaveStream OpenReader(Stream seekable, string name)
    {
        long start = seekable.Position;
        byte[] head = new byte[12];
        int got = seekable.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        seekable.Position = start;
        try
        {
            return IsWav(head.AsSpan(0, got)) ? new WaveFileReader(seekable) : new AiffFileReader(seekable);
        }
        catch (Exception e) when (e is FormatException or EndOfStreamException or ArgumentException
            or InvalidOperationException or InvalidDataException or OverflowException)
        {
            throw new InvalidDataException($"'{name}' cannot be read by NAudio: {e.Message}", e);
        }
    }

    private static bool IsWav(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8)) && head[8..12].SequenceEqual("WAVE"u8);

    private static bool IsAiff(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && head.StartsWith("FORM"u8) && (head[8..12].SequenceEqual("AIFF"u8) || head[8..12].SequenceEqual("AIFC"u8));
}
