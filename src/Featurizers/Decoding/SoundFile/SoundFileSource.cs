namespace AudioBsq.Decoding;

/// <summary>The samples of a file that libsndfile has open.</summary>
internal sealed unsafe class SoundFileSource : IAudioSource
{
    private readonly SoundFileHandle _file;
    private readonly SoundFileStream _stream;
    private readonly string _name;

    public SoundFileSource(SoundFileHandle file, SoundFileStream stream, SoundFileNative.Info info, string name)
    {
        (_file, _stream, _name) = (file, stream, name);
        long? frames = info.Frames is >= 0 and < SoundFileNative.UnknownLength ? info.Frames : null;
        Format = new AudioFormat(info.SampleRate, info.Channels, frames, Describe(info));
    }

    public AudioFormat Format { get; }

    public int Read(Span<float> interleaved)
    {
        long wanted = interleaved.Length / Format.Channels, got;
        fixed (float* target = interleaved) got = SoundFileNative.sf_readf_float(_file, target, wanted);
        _stream.ThrowFault();
        // An error shows only behind a short read, and not always: who reads compares the lengths.
        if (got < wanted && SoundFileNative.sf_error(_file) != 0)
        {
            throw new InvalidDataException(
                $"'{_name}' ({Format.Codec}) is damaged: {SoundFileNative.Text(SoundFileNative.sf_strerror(_file))}");
        }

        return (int)Math.Max(got, 0) * Format.Channels;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>A name for the more usual SF_FORMAT codes.</summary>
    private static string Describe(SoundFileNative.Info info) => (info.Encoding, info.Container) switch
    {
        (0x60, _) => "Ogg Vorbis",
        (0x64, _) => "Opus",
        (0x80, _) => "MPEG layer I",
        (0x81, _) => "MPEG layer II",
        (0x82, _) => "MP3",
        (_, 0x01 or 0x13 or 0x22) => "WAV",
        (_, 0x02) => "AIFF",
        (_, 0x03) => "AU",
        (_, 0x0B) => "W64",
        (_, 0x17) => "FLAC",
        (_, 0x18) => "CAF",
        (_, 0x20) => "Ogg",
        var (encoding, container) => $"libsndfile format {container:X2}.{encoding:X2}",
    };
}
