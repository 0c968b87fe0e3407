using AudioBsq.Signal;

namespace AudioBsq.Training;

/// <summary>
/// A loss term that intelligibility depends on: one minus the correlation of the reconstruction's and the original's envelopes in bands of
/// a third of an octave, over segments of about 0.4 s, as the measure STOI compares them (Taal, Hendriks, Heusdens and Jensen 2011,
/// section II). The absolute error in decibels spends as much on the hiss of a pause as on a vowel; this term does not see the pause.
/// </summary>
public sealed record EnvelopeOptions
{
    /// <summary>Weight of the term, whose value is from 0 to 2; the reconstruction error in network units has weight 1.</summary>
    public double Weight { get; init; } = 0.2;

    /// <summary>Length of a segment in seconds. A segment starts at every sixth part of it; crops must be at least as long.</summary>
    public double SegmentSeconds { get; init; } = 0.38;

    /// <summary>Bands in an octave, from 1 to 24. A band without the centre of a mel band is left out.</summary>
    public int BandsPerOctave { get; init; } = 3;

    /// <summary>Centre of the lowest band, in Hz.</summary>
    public double MinFrequency { get; init; } = 150;

    /// <summary>Highest centre of a band, in Hz.</summary>
    public double MaxFrequency { get; init; } = 4_000;

    /// <summary>
    /// Also compares the spectra within a segment: the mean of the term above and one minus the correlation across bands, of envelopes with
    /// mean 0 and norm 1 over the segment, as ESTOI has it (Jensen and Taal 2016, section II).
    /// </summary>
    public bool AcrossBands { get; init; }

    /// <summary>
    /// Weight, within the term, of the mean absolute difference of the envelopes' logarithmic norms in each segment, in nepers. Correlation
    /// does not see that a reconstruction is too quiet.
    /// </summary>
    public double LevelWeight { get; init; }

    /// <summary>Frames of a segment.</summary>
    internal int SegmentFrames(MelOptions mel) => Math.Max(2, (int)Math.Round(SegmentSeconds * mel.FrameRate));

    /// <summary>Centres of the bands, in Hz.</summary>
    internal double[] Centres()
    {
        int count = (int)Math.Floor(BandsPerOctave * Math.Log2(MaxFrequency / MinFrequency) + 0.5) + 1;
        return [.. Enumerable.Range(0, count).Select(n => MinFrequency * Math.Pow(2, n / (double)BandsPerOctave))];
    }

    internal void Validate()
    {
        Check.That(double.IsFinite(Weight) && Weight >= 0, Weight, "must not be negative", "Envelope.Weight");
        Check.That(double.IsFinite(LevelWeight) && LevelWeight >= 0, LevelWeight, "must not be negative", "Envelope.LevelWeight");
        Check.That(SegmentSeconds is >= 0.02 and <= 10, SegmentSeconds, "must be from 0.02 to 10 seconds", "Envelope.SegmentSeconds");
        Check.That(BandsPerOctave is >= 1 and <= 24, BandsPerOctave, "must be from 1 to 24", "Envelope.BandsPerOctave");
        Check.That(double.IsFinite(MinFrequency) && MinFrequency > 0, MinFrequency, "must be positive", "Envelope.MinFrequency");
        bool inOrder = double.IsFinite(MaxFrequency) && MaxFrequency >= MinFrequency;
        Check.That(inOrder, MaxFrequency, "must be at least MinFrequency", "Envelope.MaxFrequency");
    }
}
