using AudioBsq.Decoding;
using NAudio.Wave;

namespace AudioBsq.NAudio;

/// <summary>
/// Start reading here: anything NAudio plays, mixes or records becomes a source that
/// <see cref="AudioFile.Read(IAudioSource, string, int?)"/> turns into a waveform. Let that change the rate too: it keeps out what NAudio's
/// own resampler lets through.
/// </summary>
public static class NAudioExtensions
{
    /// <summary>Reads a provider to its end. Disposing of the source disposes of the provider if it can be.</summary>
    /// <param name="provider">
    /// Must end: one that fills up with silence for ever does not. For a file reader of bytes, pass its ToSampleProvider().
    /// </param>
    public static IAudioSource ToAudioSource(this ISampleProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return new NAudioSource(provider, provider as IDisposable, "the provider", frames: null, "NAudio");
    }

    /// <summary>
    /// Reads what was recorded so far, and ends there: <see cref="BufferedWaveProvider.ReadFully"/> is turned off, since with it a
    /// buffer that has run dry would go on as silence. What is added later is there for the next source.
    /// </summary>
    /// <exception cref="NotSupportedException">The recording is neither PCM nor floating point.</exception>
    public static IAudioSource ToAudioSource(this BufferedWaveProvider recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        recorded.ReadFully = false;
        return new NAudioSource(
            ToSamples(recorded, "the recording"), owner: null, "the recording", frames: null, $"NAudio {recorded.WaveFormat.Encoding}");
    }

    internal static ISampleProvider ToSamples(IWaveProvider provider, string name)
    {
        try
        {
            return provider.ToSampleProvider();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new NotSupportedException(
                $"The encoding of {name}, {provider.WaveFormat}, is not one that NAudio converts to samples: convert it to PCM first.", e);
        }
    }
}
