using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Vocoding;

/// <summary>Training of a vocoder. On a CPU, the same options, data, seed and number of threads give the same weights.</summary>
public sealed record VocoderTrainingOptions : TrainingLoopOptions
{
    /// <summary>5,000 steps of 16 crops.</summary>
    public VocoderTrainingOptions() =>
        (MaxSteps, LearningRate, FinalLearningRate, Beta1, WeightDecay) = (5_000, 2e-3, 0.02, 0.8, 0.01);

    /// <summary>Frames of a random crop; shorter clips are followed by silence.</summary>
    public int CropFrames { get; init; } = 64;

    /// <summary>Maximum random change of a crop's level up or down, in decibels.</summary>
    public double GainDecibels { get; init; } = 6;

    /// <summary>
    /// Weight of the multi-resolution STFT loss: spectral convergence and log magnitude (Yamamoto et al. 2020, section 2.2).
    /// </summary>
    public double StftWeight { get; init; } = 1;

    /// <summary>Weight of the mean absolute difference of log mel spectrograms (Kong et al. 2020, "HiFi-GAN", section 2.3).</summary>
    public double MelWeight { get; init; } = 1;

    /// <summary>
    /// Weight of the mean absolute difference of the predicted and the true log magnitude (Ai and Ling 2023, "APNet", section III-C).
    /// </summary>
    public double MagnitudeWeight { get; init; } = 1;

    /// <summary>
    /// Weight of the phase losses: of phase, group delay and change from frame
    /// to frame, without wrapping (Ai and Ling 2023, section III-C).
    /// </summary>
    public double PhaseWeight { get; init; } = 0.5;

    /// <summary>
    /// Weight of the difference between the predicted spectrum and that of the synthesized sound (Ai and Ling 2023, section III-C).
    /// </summary>
    public double ConsistencyWeight { get; init; } = 0.3;

    /// <summary>
    /// Weight of the mean absolute difference of the crops' levels in nepers. Without it the sound is about a decibel too quiet, since a
    /// small magnitude is the safest prediction of what cannot be predicted.
    /// </summary>
    public double LevelWeight { get; init; } = 1;

    /// <summary>
    /// A loss of the sound's envelopes, which intelligibility depends on, beside those above, each of which has a weight of about 1; none
    /// when null.
    /// </summary>
    public EnvelopeOptions? Envelope { get; init; }

    /// <summary>Adversarial training with discriminators; none when null.</summary>
    public VocoderAdversarialOptions? Adversarial { get; init; }

    internal override void Validate()
    {
        base.Validate();
        Check.Positive(CropFrames);
        Check.That(GainDecibels is >= 0 and <= 60, GainDecibels, "must be from 0 to 60");
        Adversarial?.Validate();
        Envelope?.Validate();
        NotNegative(StftWeight, nameof(StftWeight));
        NotNegative(MelWeight, nameof(MelWeight));
        NotNegative(MagnitudeWeight, nameof(MagnitudeWeight));
        NotNegative(PhaseWeight, nameof(PhaseWeight));
        NotNegative(ConsistencyWeight, nameof(ConsistencyWeight));
        NotNegative(LevelWeight, nameof(LevelWeight));
    }

    internal void Validate(MelOptions mel)
    {
        Validate();
        int minFrames = 2 * OverlapAdd.Reach(mel) + 2; // two more than the frames that extend beyond the crop
        Check.That(
            CropFrames >= minFrames, CropFrames,
            $"must be at least {minFrames} for windows of {mel.FftLength} samples and a hop of {mel.HopLength}");
    }

    private static void NotNegative(double value, string name) =>
        Check.That(double.IsFinite(value) && value >= 0, value, "must not be negative", name);
}
