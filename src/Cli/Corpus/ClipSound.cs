using AudioBsq.Decoding;
using AudioBsq.Persistence;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Corpus;

/// <summary>Reads the sound of a manifest's clips. A pipe is refused: a worker would wait for it for ever.</summary>
internal static class ClipSound
{
    /// <summary>Whether a failure is that of one file, which does not stop a worker.</summary>
    public static bool IsUnreadable(Exception failure) =>
        failure is InvalidDataException or NotSupportedException or IOException or UnauthorizedAccessException;

    /// <summary>A file's header.</summary>
    public static AudioFormat Describe(string path)
    {
        CheckIsFile(path);
        return AudioFile.Describe(path);
    }

    /// <summary>A clip as one channel at a rate.</summary>
    public static Waveform Read(CorpusClip clip, int sampleRate)
    {
        CheckIsFile(clip.Path);
        return AudioFile.Read(clip.Path, clip.Part ?? new TimeRange(0, null), sampleRate, warn: _ => { });
    }

    /// <summary>Whether a path is a pipe, socket or device.</summary>
    public static bool IsSpecial(string path) => SpecialFile.Is(path);

    private static void CheckIsFile(string path)
    {
        if (IsSpecial(path)) throw new InvalidDataException($"'{path}' is a pipe, socket or device, not a file.");
    }
}
