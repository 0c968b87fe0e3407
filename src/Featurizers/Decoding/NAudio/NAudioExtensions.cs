using System.Runtime.CompilerServices;
using NAudio.Wave;

namespace AudioBsq.Decoding;

/// <summary>
/// Sound from NAudio and to it: what it plays, mixes or records becomes a source that
/// <see cref="AudioFile.Read(IAudioSource, string, int?)"/> turns into a waveform, and a source becomes what it plays or mixes. Let
/// <see cref="AudioFile"/> change the rate: it keeps out what NAudio's own resampler lets through.
/// </summary>
public static class NAudioExtensions
{
    /// <summary>Reads a provider to its end. Disposing of the source disposes of the provider, if that can be.</summary>
    /// <param name="provider">Samples from −1 to 1. It must end: one that fills up with silence for ever does not.</param>
    [OverloadResolutionPriority(1)] // NAudio's readers of files may be providers of bytes, too
    public static IAudioSource ToAudioSource(this ISampleProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return new SampleProviderSource(provider);
    }

    /// <summary>
    /// Reads a provider of bytes to its end: PCM of 8, 16, 24 or 32 bits, 32- or 64-bit float, mu-law or A-law. Disposing of the source
    /// disposes of the provider, if that can be.
    /// </summary>
    /// <param name="provider">It must end.</param>
    /// <exception cref="NotSupportedException">The bytes are of another format.</exception>
    public static IAudioSource ToAudioSource(this IWaveProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return new WaveProviderSource(provider, owned: provider as IDisposable);
    }

    /// <summary>
    /// Reads what was recorded so far, in whole frames, and ends there: <see cref="BufferedWaveProvider.ReadFully"/> is turned off, since
    /// with it a buffer that has run dry would go on as silence. What is added later is there for the next source.
    /// </summary>
    /// <exception cref="NotSupportedException">The recording is neither PCM, floating point, mu-law nor A-law.</exception>
    public static IAudioSource ToAudioSource(this BufferedWaveProvider recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        recorded.ReadFully = false;
        return new WaveProviderSource(recorded, owned: null);
    }

    /// <summary>
    /// Gives a source to NAudio, as floats of the source's rate and channels. The source stays the caller's. What is wrong with its sound
    /// is thrown from the provider's <c>Read</c>.
    /// </summary>
    public static ISampleProvider ToSampleProvider(this IAudioSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new SourceSampleProvider(source);
    }
}
