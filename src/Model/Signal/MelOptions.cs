using System.Collections.Immutable;

namespace AudioBsq.Signal;

/// <summary>How hertz map to mel.</summary>
public enum MelScale
{
    /// <summary>2595·log10(1 + f/700) (the HTK book, section 5.4).</summary>
    Htk,

    /// <summary>Linear below 1 kHz, logarithmic above (Slaney's Auditory Toolbox, 1998; librosa's default).</summary>
    Slaney,
}

/// <summary>How the area of a mel triangle is normalised.</summary>
public enum MelNorm
{
    /// <summary>Every triangle peaks at 1.</summary>
    None,

    /// <summary>Every triangle has area 1 in hertz (librosa's default).</summary>
    Slaney,
}

/// <summary>The unit of the values in a mel spectrogram.</summary>
public enum MelLevel
{
    /// <summary>
    /// Decibels relative to the bin power (n_fft/4)² of a full-scale sine, clamped below at <see cref="MelOptions.FloorDecibels"/>.
    /// It does not depend on the rest of the file, so a streamed frame equals a whole-file frame.
    /// </summary>
    FullScale,

    /// <summary>
    /// The reference's: 10·log10(max(power, 1e-10)), clamped below at the maximum of the whole file plus
    /// <see cref="MelOptions.FloorDecibels"/>.
    /// </summary>
    FileMaximum,

    /// <summary>ln(power + 1e-9).</summary>
    NaturalLog,

    /// <summary>Power, without a logarithm.</summary>
    Power,
}

/// <summary>How a waveform becomes mel frames. Two mel columns can be mixed only if all of this agrees.</summary>
public sealed record MelOptions
{
    private readonly WindowList _extraWindows;

    /// <summary>Samples per second of the waveform, in Hz.</summary>
    public int SampleRate { get; init; } = 16_000;

    /// <summary>Samples in one periodic Hann window, and the length of the transform; a power of two from 16 to 65,536.</summary>
    public int FftLength { get; init; } = 1024;

    /// <summary>
    /// Lengths in samples of further Hann windows at the same hop, at most 7, each from 16 to <see cref="FftLength"/>; empty by default.
    /// Each adds <see cref="Bands"/> values to every frame, after those of the main window. They are zero-padded to
    /// <see cref="FftLength"/> and scaled to the energy of the main window: a sound has the same power, summed over the bands, in each.
    /// </summary>
    public ImmutableArray<int> ExtraWindows
    {
        get => _extraWindows.Windows;
        init => _extraWindows = new(value);
    }

    /// <summary>Samples from one window's centre to the next.</summary>
    public int HopLength { get; init; } = 160;

    /// <summary>Mel bands in one frame.</summary>
    public int Bands { get; init; } = 128;

    /// <summary>Lower edge of the lowest band, in Hz.</summary>
    public double MinFrequency { get; init; }

    /// <summary>Upper edge of the highest band, in Hz; half the sample rate when null.</summary>
    public double? MaxFrequency { get; init; }

    /// <summary>How hertz map to mel.</summary>
    public MelScale Scale { get; init; } = MelScale.Htk;

    /// <summary>Area normalisation of the bands.</summary>
    public MelNorm Norm { get; init; } = MelNorm.None;

    /// <summary>The unit of the values.</summary>
    public MelLevel Level { get; init; } = MelLevel.FullScale;

    /// <summary>Lowest level in decibels, for the two decibel conventions; negative.</summary>
    public float FloorDecibels { get; init; } = -80;

    /// <summary>The reference's mel: decibels with power 1 as reference and a floor that depends on the file's maximum.</summary>
    public static MelOptions Reference { get; } = new() { Level = MelLevel.FileMaximum };

    /// <summary>Values in one frame: <see cref="Bands"/> for the main window and for each of <see cref="ExtraWindows"/>.</summary>
    public int ValuesPerFrame => Bands * Scales;

    /// <summary>Windows whose bands a frame has.</summary>
    internal int Scales => 1 + ExtraWindows.Length;

    /// <summary>The same with the main window alone.</summary>
    internal MelOptions MainOnly => WithScales(1);

    /// <summary>Frames per second.</summary>
    public double FrameRate => (double)SampleRate / HopLength;

    /// <summary>Upper edge of the highest band, in Hz.</summary>
    public double UpperFrequency => MaxFrequency ?? SampleRate / 2.0;

    /// <summary>Frames of a waveform: 0 for an empty one, otherwise 1 + samples / hop (windows are centred).</summary>
    public int FramesOf(int samples) => (int)FramesOf((long)samples);

    internal long FramesOf(long samples) => samples == 0 ? 0 : 1 + samples / HopLength;

    /// <summary>The same with the first windows alone, or with all where there are fewer.</summary>
    internal MelOptions WithScales(int scales) => scales >= Scales ? this : this with { ExtraWindows = ExtraWindows[..(scales - 1)] };

    internal void Validate()
    {
        Check.Positive(SampleRate);
        Check.That(int.IsPow2(FftLength) && FftLength is >= 16 and <= 65_536, FftLength, "must be a power of two from 16 to 65,536");
        Check.That(ExtraWindows.Length <= 7, ExtraWindows.Length, "must be at most 7 windows", nameof(ExtraWindows));
        foreach (int window in ExtraWindows)
            Check.That(window >= 16 && window <= FftLength, window, $"must be from 16 to FftLength ({FftLength})", nameof(ExtraWindows));
        Check.That(
            ExtraWindows.IsEmpty || Level != MelLevel.FileMaximum, Level,
            $"cannot be {MelLevel.FileMaximum} with {nameof(ExtraWindows)}, whose floor would depend on the main window's");
        Check.That(HopLength > 0 && HopLength <= FftLength, HopLength, "must be from 1 to FftLength");
        Check.That(Bands is > 0 and <= 4096, Bands, "must be from 1 to 4096");
        Check.That(double.IsFinite(MinFrequency) && MinFrequency >= 0, MinFrequency, "must be finite and not negative");
        bool inOrder = UpperFrequency > MinFrequency && UpperFrequency <= SampleRate / 2.0;
        Check.That(inOrder, UpperFrequency, "must be above MinFrequency and at most half the sample rate");
        Check.That(Enum.IsDefined(Scale), Scale, "must be a defined scale");
        Check.That(Enum.IsDefined(Norm), Norm, "must be a defined normalisation");
        Check.That(Enum.IsDefined(Level), Level, "must be a defined level");
        Check.That(float.IsFinite(FloorDecibels) && FloorDecibels < 0, FloorDecibels, "must be finite and negative");
    }
}
