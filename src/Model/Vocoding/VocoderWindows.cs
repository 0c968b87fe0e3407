using AudioBsq.Signal;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>
/// Runs a vocoder over whole clips of any length, in windows. Each window has all neighbouring frames that its sound depends on, so the
/// result is that of the whole clip at once, except for rounding.
/// </summary>
internal sealed class VocoderWindows(NeuralVocoder vocoder)
{
    // On one thread, windows of 256 to 512 frames took the least time for a frame; a GPU needs larger ones.
    private const int FramesAtOnceOnCpu = 384, FramesAtOnceOnGpu = 8 * 1024;

    /// <summary>Frames that are synthesized at once.</summary>
    public int WindowFrames { get; init; } = vocoder.Device.type == DeviceType.CPU ? FramesAtOnceOnCpu : FramesAtOnceOnGpu;

    private MelOptions Mel => vocoder.Mel;

    public float[] Synthesize(ReadOnlyMemory<float> mel, int? samples, int iterations, CancellationToken cancellation)
    {
        int frames = MelInversion.FramesOf(mel.Length, Mel.Bands, nameof(mel));
        int length = SynthesisLength.Of(frames, Mel.HopLength, samples);
        float floor = MelLevels.FloorOf(mel.Span, Mel);
        if (length == 0) return [];
        if (iterations == 0) return Synthesize(mel, frames, length, floor, cancellation);
        var griffinLim = new GriffinLim(Mel, new GriffinLimOptions { Iterations = iterations });
        return griffinLim.Refine((first, count) => Spectra(mel, first, count, floor), frames, length, cancellation);
    }

    private float[] Synthesize(ReadOnlyMemory<float> mel, int frames, int length, float floor, CancellationToken cancellation)
    {
        float[] waveform = new float[length];
        int hop = Mel.HopLength, reach = InverseStft.Reach(Mel);
        for (int start = 0; (long)start * hop < length; start += WindowFrames)
        {
            cancellation.ThrowIfCancellationRequested();
            int end = Math.Min(frames, start + WindowFrames), first = Math.Max(0, start - reach), last = Math.Min(frames, end + reach);
            int to = end == frames ? length : end * hop;
            using var scope = NewDisposeScope();
            using var noGradients = no_grad();
            var sound = vocoder.Inverse.Apply(Spectrum(mel, first, last - first, floor), to - (long)first * hop);
            sound.cpu().data<float>().ToArray().AsSpan((start - first) * hop).CopyTo(waveform.AsSpan(start * hop));
        }

        return waveform;
    }

    /// <summary>Real and imaginary parts of some frames, each (count, bins).</summary>
    private (float[] Re, float[] Im) Spectra(ReadOnlyMemory<float> mel, int first, int count, float floor)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var rows = Spectrum(mel, first, count, floor).squeeze(0).t();
        return (rows.real.contiguous().cpu().data<float>().ToArray(), rows.imag.contiguous().cpu().data<float>().ToArray());
    }

    /// <summary>Complex spectrum (1, bins, count) of some frames.</summary>
    private Tensor Spectrum(ReadOnlyMemory<float> mel, int first, int count, float floor)
    {
        using var scope = NewDisposeScope();
        int frames = mel.Length / Mel.Bands;
        int from = Math.Max(0, first - vocoder.Options.FramesBefore), to = Math.Min(frames, first + count + vocoder.Options.FramesAfter);
        float[] power = mel[(from * Mel.Bands)..(to * Mel.Bands)].ToArray();
        MelLevels.ToPower(power, Mel, floor);
        var (levels, magnitude) = vocoder.Input.Of(power, clips: 1, vocoder.Device);
        var spectrum = vocoder.Network.Predict(levels, magnitude).ToComplex();
        return spectrum.narrow(2, first - from, count).MoveToOuterDisposeScope();
    }
}
