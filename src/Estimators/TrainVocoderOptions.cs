using AudioBsq.Signal;
using AudioBsq.Training;
using AudioBsq.Vocoding;
using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>How a vocoder is trained in a pipeline, and used after it.</summary>
public sealed record TrainVocoderOptions
{
    /// <summary>The network.</summary>
    public VocoderOptions Vocoder { get; init; } = new();

    /// <summary>
    /// How to train it. Its <see cref="TrainingLoopOptions.Seed"/> and <see cref="TrainingLoopOptions.Device"/> are not used here:
    /// <see cref="Seed"/> and <see cref="Device"/> are.
    /// </summary>
    public VocoderTrainingOptions Training { get; init; } = new();

    /// <summary>
    /// A vocoder whose weights training starts from; random weights when null. Its options but for
    /// <see cref="VocoderOptions.LookAheadFrames"/>, and its mel spectrograms, must be those of the new one. It is not changed, and must
    /// exist until <c>Fit</c> has returned.
    /// </summary>
    public NeuralVocoder? Start { get; init; }

    /// <summary>How the mel column was made. A column of this library says so itself, so null will do.</summary>
    public MelOptions? Mel { get; init; }

    /// <inheritdoc cref="AudioSynthesisOptions.RefinementIterations"/>
    public int RefinementIterations { get; init; }

    /// <inheritdoc cref="AudioSynthesisOptions.SampleCountColumnName"/>
    public string? SampleCountColumnName { get; init; }

    /// <summary>Called at every progress report, on the thread that called <c>Fit</c>.</summary>
    public Action<VocoderProgress>? ProgressCallback { get; init; }

    /// <summary>Stops training between two steps; <c>Fit</c> then throws <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Seed of the weights and the crops; derived from the <see cref="MLContext"/>'s seed when null.</summary>
    public int? Seed { get; init; }

    /// <summary>
    /// auto, cpu, cuda or cuda:N. When null, <see cref="MLContext.GpuDeviceId"/> and <see cref="MLContext.FallbackToCpu"/> decide.
    /// </summary>
    public string? Device { get; init; }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Vocoder);
        ArgumentNullException.ThrowIfNull(Training);
        Vocoder.Validate();
        Training.Validate();
        SynthesisSettings.CheckRefinement(RefinementIterations);
        Check.That(SampleCountColumnName is not "", SampleCountColumnName, "must be null or a name");
        if (Mel is not null) Vocoder.Validate(Mel);
    }
}
