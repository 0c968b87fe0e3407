using NAudio.Wave;

namespace AudioBsq.Decoding;

/// <summary>A source seen as a sample provider, which fills what it is given: less than that means the end to NAudio's mixers.</summary>
internal sealed class SourceSampleProvider(IAudioSource source) : ISampleProvider
{
    public WaveFormat WaveFormat { get; } = WaveFormat.CreateIeeeFloatWaveFormat(source.Format.SampleRate, source.Format.Channels);

    public int Read(Span<float> buffer)
    {
        int channels = source.Format.Channels, done = 0;
        while (buffer.Length - done >= channels)
        {
            int got = source.Read(buffer[done..]);
            if (got == 0) break;
            done += got;
        }

        return done;
    }
}
