using AudioBsq.Signal;

namespace AudioBsq.Vocoding;

/// <summary>
/// Runs a vocoder over whole clips of any length, in windows. Each window has all neighbouring frames that its sound depends on, so the
/// result is that of the whole clip at once, except for rounding.
/// </summary>
internal sealed class VocoderWindows(NeuralVocoder vocoder)
{
    /// <summary>Frames that are synthesized at once.</summary>
    public int WindowFrames { get; init; } = vocoder.Engine.FramesAtOnce;

    private MelOptions Mel => vocoder.Mel;

    public float[] Synthesize(ReadOnlyMemory<float> mel, int? samples, int iterations, CancellationToken cancellation)
    {
        int frames = MelInversion.FramesOf(mel.Length, Mel.Bands, nameof(mel));
        int length = SynthesisLength.Of(frames, Mel.HopLength, samples);
        float floor = MelLevels.FloorOf(mel.Span, Mel);
        if (length == 0) return [];
        if (iterations == 0) return Synthesize(mel, frames, length, floor, cancellation);
        var griffinLim = new GriffinLim(Mel, new GriffinLimOptions { Iterations = iterations });
        return griffinLim.Refine(Spectra, mel, length, cancellation);

        (float[] Re, float[] Im) Spectra(int first, int count)
        {
            var (re, im) = Spectrum(mel, first, count, floor);
            return (re, im);
        }
    }

    private float[] Synthesize(ReadOnlyMemory<float> mel, int frames, int length, float floor, CancellationToken cancellation)
    {
        float[] waveform = new float[length];
        int hop = Mel.HopLength, reach = OverlapAdd.Reach(Mel);
        for (int start = 0; (long)start * hop < length; start += WindowFrames)
        {
            cancellation.ThrowIfCancellationRequested();
            int end = Math.Min(frames, start + WindowFrames), first = Math.Max(0, start - reach), last = Math.Min(frames, end + reach);
            int to = end == frames ? length : end * hop;
            var (re, im) = Spectrum(mel, first, last - first, floor);
            float[] sound = vocoder.OverlapAdd.Apply(re, im, to - first * hop);
            sound.AsSpan((start - first) * hop).CopyTo(waveform.AsSpan(start * hop));
        }

        return waveform;
    }

    // The spectrum of some frames.
    private SpectrumRows Spectrum(ReadOnlyMemory<float> mel, int first, int count, float floor)
    {
        int frames = mel.Length / Mel.Bands;
        int from = Math.Max(0, first - vocoder.Options.FramesBefore), to = Math.Min(frames, first + count + vocoder.Options.FramesAfter);
        float[] power = mel[(from * Mel.Bands)..(to * Mel.Bands)].ToArray();
        MelLevels.ToPower(power, Mel, floor);
        return vocoder.Engine.Predict(vocoder.Input.Of(power)).Slice(first - from, count, Mel.FftLength / 2 + 1);
    }
}
