using AudioBsq.Signal;
using AudioBsq.Vocoding;
using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>How a vocoder is trained inside a pipeline, and used after it.</summary>
public sealed record TrainVocoderOptions
{
    /// <summary>The network.</summary>
    public VocoderOptions Vocoder { get; init; } = new();

    /// <summary>
    /// How to train it. Its <see cref="Training.TrainingLoopOptions.Seed"/> and <see cref="Training.TrainingLoopOptions.Device"/> are not used here:
    /// <see cref="Seed"/> and <see cref="Device"/> are.
    /// </summary>
    public VocoderTrainingOptions Training { get; init; } = new();

    /// <summary>How its sound is made.</summary>
    public NeuralSynthesisOptions Synthesis { get; init; } = new();

    /// <summary>How the mel column was made; the column says so itself when it comes from this library, so null will do.</summary>
    public MelOptions? Mel { get; init; }

    /// <summary>Called at every progress report, on the thread that called <c>Fit</c>.</summary>
    public Action<VocoderProgress>? ProgressCallback { get; init; }

    /// <summary>Stops training between two steps; <c>Fit</c> then throws <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Seed of the weights and the crops; drawn from the <see cref="MLContext"/>'s seed when null.</summary>
    public int? Seed { get; init; }

    /// <summary>auto, cpu, cuda or cuda:N. When null, <see cref="MLContext.GpuDeviceId"/> and <see cref="MLContext.FallbackToCpu"/> decide.</summary>
    public string? Device { get; init; }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Vocoder);
        ArgumentNullException.ThrowIfNull(Training);
        ArgumentNullException.ThrowIfNull(Synthesis);
        Vocoder.Validate();
        Training.Validate();
        Synthesis.Validate();
        if (Mel is not null) Vocoder.Validate(Mel);
    }
}
