using AudioBsq.Signal;
using AudioBsq.Training;
using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>How a tokenizer is trained and run in a pipeline.</summary>
public sealed record AudioTokenizerOptions
{
    /// <summary>The model to train.</summary>
    public AudioBsqOptions Model { get; init; } = AudioBsqOptions.Small;

    /// <summary>
    /// How to train it. Its <see cref="TrainingLoopOptions.Seed"/> and <see cref="TrainingLoopOptions.Device"/> are not used here:
    /// <see cref="Seed"/> and <see cref="Device"/> are.
    /// </summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>
    /// A model whose weights training starts from; random weights when null. Its encoder and mel spectrograms must be like the new model's,
    /// though it may have fewer blocks; its decoder is used where it fits. It is not changed, and must exist until <c>Fit</c> has returned.
    /// </summary>
    public AudioBsqModel? Start { get; init; }

    /// <summary>
    /// Masked pre-training of the encoder on the same clips before training; none when null, and with <see cref="Start"/>. Seed and device
    /// are those of training; checkpoints need a folder of their own.
    /// </summary>
    public PretrainingOptions? Pretraining { get; init; }

    /// <summary>How the mel column was made. A column of this library says so itself, so null will do.</summary>
    public MelOptions? Mel { get; init; }

    /// <summary>Clips that are only evaluated, with the same mel column: for early stopping, and for the metrics. None when null.</summary>
    public IDataView? ValidationSet { get; init; }

    /// <summary>Called at every progress report, on the thread that called <c>Fit</c>.</summary>
    public Action<TrainingProgress>? MetricsCallback { get; init; }

    /// <summary>Called at every progress report of pre-training.</summary>
    public Action<PretrainingProgress>? PretrainingCallback { get; init; }

    /// <summary>
    /// Called before the first step, within seconds, with lines for a person: the precision that was chosen and why, a run that is resumed,
    /// the expected time. <c>Fit</c> logs them too.
    /// </summary>
    public Action<string>? StartCallback { get; init; }

    /// <summary>Stops training between two steps; <c>Fit</c> then throws <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>
    /// Seed of the weights and the crops; derived from the <see cref="MLContext"/>'s seed when null, so equal contexts give equal tokens.
    /// </summary>
    public int? Seed { get; init; }

    /// <summary>
    /// auto, cpu, cuda or cuda:N, for training and for <c>Transform</c> after it. When null, <see cref="MLContext.GpuDeviceId"/> and
    /// <see cref="MLContext.FallbackToCpu"/> decide, for a loaded model too: a number is that GPU, −1 is the CPU, and unset is auto.
    /// </summary>
    public string? Device { get; init; }

    /// <summary>
    /// Rows that <c>Transform</c> reads ahead and runs through the network together, 1 to 65,536. Tokens do not depend on it.
    /// </summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>
    /// Name of a second output column with each clip's number of frames (Int32), by which a reconstructor cuts its output to length; none
    /// when null.
    /// </summary>
    public string? FrameCountColumnName { get; init; }

    /// <summary>
    /// Name of another output column with what is quantized, <c>Vector&lt;Single&gt;</c>: one latent for each patch, in the order of the
    /// tokens, of as many values as the quantizer has dimensions. None when null.
    /// </summary>
    public string? LatentsColumnName { get; init; }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Model);
        ArgumentNullException.ThrowIfNull(Training);
        Model.Validate();
        Training.Validate();
        Pretraining?.Validate(Model);
        Check.That(
            Pretraining is null || Start is null, Pretraining, $"must be null where there is a model to start from ({nameof(Start)})");
        Mel?.Validate();
        Check.That(
            Mel is null || Mel.Bands == Model.Bands,
            Mel?.Bands,
            $"must equal the {Model.Bands} bands of Model",
            $"{nameof(Mel)}.{nameof(Mel.Bands)}");
        TokenizerColumns.CheckBatchSize(BatchSize);
        Check.That(FrameCountColumnName is not "", FrameCountColumnName, "must be null or a name");
        Check.That(LatentsColumnName is not "", LatentsColumnName, "must be null or a name");
        Check.That(
            LatentsColumnName is null || LatentsColumnName != FrameCountColumnName,
            LatentsColumnName,
            "must differ from that of frame counts");
    }
}
