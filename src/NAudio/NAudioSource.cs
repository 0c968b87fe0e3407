using System.Runtime.ExceptionServices;
using AudioBsq.Decoding;
using NAudio.SoundFile;
using NAudio.Wave;

namespace AudioBsq.NAudio;

/// <summary>A sample provider seen as a source: whole frames, and none after the end.</summary>
internal sealed class NAudioSource(ISampleProvider provider, IDisposable? owner, string name, long? frames, string codec) : IAudioSource
{
    public AudioFormat Format { get; } = new(provider.WaveFormat.SampleRate, provider.WaveFormat.Channels, frames, codec);

    public int Read(Span<float> interleaved)
    {
        interleaved = interleaved[..(interleaved.Length / Format.Channels * Format.Channels)];
        int done = 0;
        // A provider may stop inside a frame and go on with the next call.
        do
        {
            int got = ReadSome(interleaved[done..]);
            if (got <= 0) break;
            done += got;
        }
        while (done % Format.Channels != 0);
        return done - done % Format.Channels;
    }

    public void Dispose() => owner?.Dispose();

    private int ReadSome(Span<float> samples)
    {
        try
        {
            return provider.Read(samples);
        }
        catch (SoundFileException e)
        {
            if (e.InnerException is not null) ExceptionDispatchInfo.Throw(e.InnerException); // the stream's own
            throw new InvalidDataException($"'{name}' is damaged: {e.Message}", e);
        }
    }
}
