using NAudio.Wave;

namespace AudioBsq.Decoding;

/// <summary>A provider of bytes seen as a source: whole frames, as many as there are at once.</summary>
internal sealed class WaveProviderSource : IAudioSource
{
    private const int BlockBytes = 1 << 14;

    private readonly IWaveProvider _provider;
    private readonly IDisposable? _owned;
    private readonly SampleEncoding _encoding;
    private readonly byte[] _bytes;

    public WaveProviderSource(IWaveProvider provider, IDisposable? owned)
    {
        var format = provider.WaveFormat;
        (_provider, _owned, _encoding) = (provider, owned, EncodingOf(format));
        Format = new AudioFormat(format.SampleRate, format.Channels, null, $"NAudio {_encoding.Name}");
        _bytes = new byte[Math.Max(1, BlockBytes / FrameBytes) * FrameBytes];
    }

    public AudioFormat Format { get; }

    private int FrameBytes => _encoding.Bytes * Format.Channels;

    public int Read(Span<float> interleaved)
    {
        int wanted = Math.Min(_bytes.Length, interleaved.Length / Format.Channels * FrameBytes), got = 0;
        if (_provider is BufferedWaveProvider recorded) wanted = Math.Min(wanted, recorded.BufferedBytes / FrameBytes * FrameBytes);
        while (got < wanted && (got == 0 || got % FrameBytes != 0))
        {
            int more = _provider.Read(_bytes.AsSpan(got, wanted - got));
            if (more <= 0) break;
            got += more;
        }

        if (got % FrameBytes != 0) throw new InvalidDataException($"The provider ends within a frame of {FrameBytes} bytes.");
        int samples = got / FrameBytes * Format.Channels;
        SampleConversion.ToSingles(_bytes.AsSpan(0, samples * _encoding.Bytes), _encoding, interleaved[..samples]);
        return samples;
    }

    public void Dispose() => _owned?.Dispose();

    private static SampleEncoding EncodingOf(WaveFormat format)
    {
        if (format is WaveFormatExtensible extensible) format = extensible.ToStandardWaveFormat();
        return (format.Encoding, format.BitsPerSample) switch
        {
            (WaveFormatEncoding.Pcm, 8) => new(SampleCodec.Unsigned, 1),
            (WaveFormatEncoding.Pcm, 16 or 24 or 32) => new(SampleCodec.Signed, format.BitsPerSample / 8),
            (WaveFormatEncoding.IeeeFloat, 32 or 64) => new(SampleCodec.Float, format.BitsPerSample / 8),
            (WaveFormatEncoding.MuLaw, _) => new(SampleCodec.MuLaw, 1),
            (WaveFormatEncoding.ALaw, _) => new(SampleCodec.ALaw, 1),
            _ => throw new NotSupportedException($"Sound of the format {format} is not read here: convert it to PCM first."),
        };
    }
}
