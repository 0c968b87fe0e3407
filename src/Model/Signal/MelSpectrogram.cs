using System.Numerics;
using AudioBsq.Signal.Fft;

namespace AudioBsq.Signal;

/// <summary>
/// Turns a waveform into mel frames: window, transform and power (<c>Fft/Stft</c>), bands (<c>MelFilterBank</c>), level
/// (<see cref="MelOptions.Level"/>). Start reading here. Managed code on one thread; an instance may be used by several threads at a time.
/// </summary>
/// <remarks>
/// Windows are centred, and the waveform is mirrored at its first and last sample, repeatedly where it is shorter than half a
/// window; so a clip of any length gives <see cref="MelOptions.FramesOf(int)"/> frames.
/// </remarks>
public sealed class MelSpectrogram
{
    /// <summary>Prepares window, transform and filter bank.</summary>
    public MelSpectrogram(MelOptions options)
    {
        (Options, FilterBank) = (options, new MelFilterBank(options));
        Stft main = new(options.FftLength, options.HopLength);
        Stfts = [main, .. options.ExtraWindows.Select(window => new Stft(options.FftLength, options.HopLength, window))];
    }

    /// <summary>How the frames are made.</summary>
    public MelOptions Options { get; }

    /// <summary>The bands.</summary>
    internal MelFilterBank FilterBank { get; }

    /// <summary>Window and transform, the main one first.</summary>
    internal IReadOnlyList<Stft> Stfts { get; }

    /// <summary>
    /// Mel (frames, <see cref="MelOptions.ValuesPerFrame"/>), row by row, in the unit of <see cref="MelOptions.Level"/>; empty for an empty
    /// waveform.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A sample is not a finite number, or the waveform is too long for one array of frames.
    /// </exception>
    public float[] Extract(ReadOnlySpan<float> waveform)
    {
        float[] mel = NewRows(waveform);
        Extract(waveform, mel);
        return mel;
    }

    /// <summary>
    /// The same into memory that the caller keeps: for many clips, one after another, it can take a third of the time, since new memory is
    /// slow at its first use.
    /// </summary>
    /// <param name="waveform">Samples.</param>
    /// <param name="mel">
    /// Receives <see cref="MelOptions.FramesOf(int)"/> · <see cref="MelOptions.ValuesPerFrame"/> values, no more and no less.
    /// </param>
    /// <exception cref="ArgumentException">A sample is not a finite number, or <paramref name="mel"/> has another length.</exception>
    public void Extract(ReadOnlySpan<float> waveform, Span<float> mel)
    {
        ExtractPower(waveform, mel);
        MelLevels.FromPower(mel, Options);
    }

    /// <summary>Mel power (frames, values), row by row, whatever <see cref="MelOptions.Level"/> says.</summary>
    /// <inheritdoc cref="Extract(ReadOnlySpan{float})"/>
    internal float[] ExtractPower(ReadOnlySpan<float> waveform)
    {
        float[] mel = NewRows(waveform);
        ExtractPower(waveform, mel);
        return mel;
    }

    private void ExtractPower(ReadOnlySpan<float> waveform, Span<float> mel)
    {
        Samples.Require(waveform);
        int frames = Options.FramesOf(waveform.Length);
        long values = (long)frames * Options.ValuesPerFrame;
        if (mel.Length != values)
        {
            throw new ArgumentException(
                $"{waveform.Length:N0} samples make {frames:N0} frames of {Options.ValuesPerFrame} values, {values:N0} in all; there is "
                + $"memory for {mel.Length:N0}.", nameof(mel));
        }

        var bands = new Vector<float>[Options.Bands];
        for (int scale = 0; scale < Stfts.Count; scale++)
        {
            int offset = scale * Options.Bands;
            Stfts[scale].ForEachBatch(waveform, frames, mel, (rows, first, power) =>
            {
                FilterBank.Apply(power, bands);
                BatchRows.Store(bands, rows, first, frames, Options.ValuesPerFrame, offset);
            });
        }
    }

    private float[] NewRows(ReadOnlySpan<float> waveform)
    {
        int frames = Options.FramesOf(waveform.Length);
        if ((long)frames * Options.ValuesPerFrame > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{waveform.Length:N0} samples make {frames:N0} frames of {Options.ValuesPerFrame} values, more than one array holds: "
                + "extract them in parts.", nameof(waveform));
        }

        return new float[frames * Options.ValuesPerFrame];
    }
}
