using AudioBsq.Training;

namespace AudioBsq.Vocoding;

/// <summary>The progress of a vocoder's training. Averages are over the steps since the last report.</summary>
public sealed record VocoderProgress : TrainingLoopProgress
{
    /// <summary>Average absolute difference between the mel spectrograms of the synthesized sound and the original, in decibels.</summary>
    public required double MelError { get; init; }

    /// <summary>Seconds of sound trained on per second since the last report.</summary>
    public double Speed => FramesPerSecond / FrameRate;

    internal double FrameRate { get; init; }
}
