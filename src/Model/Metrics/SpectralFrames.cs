using System.Numerics;
using AudioBsq.Signal;
using AudioBsq.Signal.Fft;

namespace AudioBsq.Metrics;

/// <summary>
/// Amplitude spectra and mel amplitudes of a waveform for the distances of this folder: centred, mirrored, periodic Hann.
/// </summary>
internal static class SpectralFrames
{
    /// <summary>The power of two nearest to 64 ms, by ratio: 1,024 at 16 kHz.</summary>
    public static int WindowOf(int sampleRate) => 1 << Math.Clamp((int)Math.Round(Math.Log2(0.064 * sampleRate)), 4, 16);

    /// <summary>
    /// |spectrum| of every frame, (frames, bins), or with a bank its bands, (frames, bands), which sum amplitudes, not powers.
    /// </summary>
    public static float[] Amplitudes(ReadOnlySpan<float> waveform, int window, int hop, MelFilterBank? bank)
    {
        var stft = new Stft(window, hop);
        int frames = waveform.IsEmpty ? 0 : 1 + waveform.Length / stft.Hop;
        float[] result = new float[(long)frames * (bank?.Bands ?? stft.Bins)];
        var amplitudes = new Vector<float>[stft.Bins];
        var bands = new Vector<float>[bank?.Bands ?? 0];
        stft.ForEachBatch(waveform, frames, result, (rows, first, power) =>
        {
            for (int bin = 0; bin < amplitudes.Length; bin++) amplitudes[bin] = Vector.SquareRoot(power[bin]);
            bank?.Apply(amplitudes, bands);
            BatchRows.Store(bank is null ? amplitudes : bands, rows, first, frames);
        });
        return result;
    }
}
