using NAudio.Wave;

namespace AudioBsq.Decoding;

/// <summary>A sample provider seen as a source: whole frames, and none after the end.</summary>
internal sealed class SampleProviderSource(ISampleProvider provider) : IAudioSource
{
    public AudioFormat Format { get; } = new(provider.WaveFormat.SampleRate, provider.WaveFormat.Channels, null, "NAudio samples");

    public int Read(Span<float> interleaved)
    {
        interleaved = interleaved[..(interleaved.Length / Format.Channels * Format.Channels)];
        int done = 0;
        // A provider may stop inside a frame and go on with the next call.
        do
        {
            int got = provider.Read(interleaved[done..]);
            if (got <= 0) break;
            done += got;
        }
        while (done % Format.Channels != 0);
        if (done % Format.Channels != 0) throw new InvalidDataException($"The provider ends within a frame of {Format.Channels} samples.");
        return done;
    }

    public void Dispose() => (provider as IDisposable)?.Dispose();
}
