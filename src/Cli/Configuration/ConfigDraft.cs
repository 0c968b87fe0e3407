using AudioBsq.Networks;
using AudioBsq.Quantization;
using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Cli.Configuration;

/// <summary>The options while keys are applied to them; at first all are at their defaults.</summary>
internal sealed record ConfigDraft
{
    public AudioBsqOptions Model { get; init; } = AudioBsqOptions.Small;

    public NetworkOptions Encoder { get; init; } = AudioBsqOptions.Small.Encoder;

    public NetworkOptions? Decoder { get; init; }

    public QuantizerOptions Quantizer { get; init; } = AudioBsqOptions.Small.Quantizer;

    public Compatibility Compatibility { get; init; } = Compatibility.Corrected;

    public MelOptions Mel { get; init; } = new();

    public TrainingOptions Training { get; init; } = new();

    public PretrainingOptions Pretraining { get; init; } = new();

    public DataOptions Data { get; init; } = new();

    public string? InitFrom { get; init; }

    public bool TensorBoard { get; init; } = true;

    /// <summary>Learning rate per clip in the batch.</summary>
    public double? BaseLearningRate { get; init; }

    /// <summary>The finished options.</summary>
    public TrainingConfig Build() => new(
        Model with { Encoder = Encoder, Decoder = Decoder, Quantizer = Quantizer, Compatibility = Compatibility },
        Mel,
        BaseLearningRate is { } rate ? Training with { LearningRate = rate * Training.BatchSize } : Training,
        Data)
    {
        Pretraining = Pretraining,
        InitFrom = InitFrom,
        TensorBoard = TensorBoard,
    };
}
