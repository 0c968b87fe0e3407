using AudioBsq.Decoding;
using NAudio.SoundFile;

namespace AudioBsq.NAudio;

/// <summary>
/// FLAC, Ogg Vorbis, Opus, MP3 and AIFF through NAudio.SoundFile, which finds and calls libsndfile in its own way. The built-in decoders
/// are asked first and use the same library, so this helps where only NAudio finds it.
/// </summary>
public sealed class NAudioSoundFileDecoder : IAudioDecoder
{
    /// <inheritdoc/>
    public string Name => "NAudio.SoundFile";

    /// <inheritdoc/>
    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) =>
        IsMpeg(head) || head.StartsWith("OggS"u8) || head.StartsWith("fLaC"u8) || head.StartsWith("FORM"u8) || head.StartsWith("RIFF"u8)
        || head.StartsWith("RF64"u8) || head.StartsWith("riff"u8) || head.StartsWith("caff"u8) || head.StartsWith(".snd"u8);

    /// <inheritdoc/>
    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        ArgumentNullException.ThrowIfNull(seekable);
        string name = nameHint ?? "stream";
        // Unless an MP3 file declares its length, libsndfile guesses it, and the file may be longer or shorter.
        bool isGuess = StartsAsMpeg(seekable);
        try
        {
            var reader = new SoundFileReader(seekable);
            long frames = reader.Length / reader.WaveFormat.BlockAlign;
            return new NAudioSource(reader, reader, name, isGuess || frames == 0 ? null : frames, "NAudio.SoundFile");
        }
        catch (SoundFileException e)
        {
            throw new InvalidDataException($"'{name}' cannot be read by NAudio.SoundFile: {e.Message}", e);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException)
        {
            throw new NotSupportedException(
                $"'{name}' needs libsndfile, which NAudio.SoundFile does not find: install libsndfile, or convert the file to FLAC or WAV.",
                e);
        }
    }

    private static bool StartsAsMpeg(Stream seekable)
    {
        long start = seekable.Position;
        byte[] head = new byte[3];
        int got = seekable.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        seekable.Position = start;
        return IsMpeg(head.AsSpan(0, got));
    }

    private static bool IsMpeg(ReadOnlySpan<byte> head) =>
        head.StartsWith("ID3"u8) || (head.Length >= 2 && head[0] == 0xFF && (head[1] & 0xE0) == 0xE0 && (head[1] & 6) != 0);
}
