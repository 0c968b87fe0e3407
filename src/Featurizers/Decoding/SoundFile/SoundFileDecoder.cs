namespace AudioBsq.Decoding;

/// <summary>
/// MP3, Ogg Vorbis, Opus, AIFF and what else libsndfile reads, if the system has it. libmpg123, which it uses for MP3, writes its
/// warnings about damaged files to the standard error stream; it offers no way to silence it from outside.
/// </summary>
internal sealed class SoundFileDecoder(NativeLibraryFile library) : IAudioDecoder
{
    private const int UnrecognisedFormat = 1, UnsupportedEncoding = 4;

    public SoundFileDecoder() : this(NativeLibraries.SoundFile)
    {
    }

    public string Name => "libsndfile";

    /// <summary>Sound that is known by its first bytes.</summary>
    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) =>
        SoundContent.Of(head).Reader == SoundReader.SoundFile;

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        string name = nameHint ?? "stream";
        long start = seekable.Position;
        byte[] head = SoundContent.HeadOf(seekable);
        seekable.Position = start;
        string kind = WavHeader.IsWav(head) ? "WAV in a compressed encoding" : SoundContent.Of(head).Name;
        if (library.Handle == 0) throw Missing(name, kind);
        seekable.Position = start;
        var mpegLength = MpegLength.Of(head);
        mpegLength.RequireOneRecording(seekable, name);
        seekable.Position = start;
        var stream = new SoundFileStream(seekable);
        var file = SoundFileHandle.Open(stream, out var info, out var error);
        if (file is not null)
        {
            if (info.Container == SoundFileNative.Mpeg && !mpegLength.IsDeclared) info.Frames = SoundFileNative.UnknownLength;
            return new SoundFileSource(file, stream, info, name);
        }

        stream.ThrowFault();
        if (error.Code is not (UnrecognisedFormat or UnsupportedEncoding))
            throw new InvalidDataException($"'{name}' looks like {kind} but cannot be read: {error.Text}");
        string version = SoundFileNative.Text(SoundFileNative.sf_version_string());
        throw new NotSupportedException($"'{name}' looks like {kind}, which {version} does not read ({error.Text.TrimEnd('.')}). "
            + "MP3 needs libsndfile 1.1 or newer; otherwise convert the file to FLAC or WAV.");
    }

    private NotSupportedException Missing(string name, string kind)
    {
        string? named = Environment.GetEnvironmentVariable(library.Variable);
        string found = string.IsNullOrEmpty(named)
            ? "was not found"
            : $"could not be loaded from '{named}', which {library.Variable} names";
        return new NotSupportedException(
            $"'{name}' is {kind}; reading it takes libsndfile, which {found}. Debian and Ubuntu: apt-get install libsndfile1; "
            + "macOS: brew install libsndfile; Windows: the zip from libsndfile's release page, or vcpkg install libsndfile, and "
            + $"{library.Variable} set to the DLL's path. Or convert the file to FLAC or WAV.");
    }
}
