using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

/// <summary>Short training runs, and the bytes of what they give.</summary>
internal static class Runs
{
    public static TrainingOptions Options { get; } = new()
    {
        MaxSteps = 12,
        BatchSize = 4,
        LearningRate = 3e-3,
        WarmupSteps = 2,
        Device = "cpu",
        ReportEvery = 4,
        ValidateEvery = 5,
        Seed = 3,
    };

    /// <summary>All that has randomness or a state of its own.</summary>
    public static TrainingOptions Everything { get; } = Options with
    {
        AccumulateBatches = 2,
        Ema = new EmaOptions { Decay = 0.9 },
        Augmentation = new AugmentationOptions { Probability = 0.9, LargestTimeMask = 0.4, LargestBandMask = 0.4 },
        MultiResolution = new MultiResolutionOptions(),
        Envelope = new EnvelopeOptions { SegmentSeconds = 0.1, AcrossBands = true },
        Adversarial = new AdversarialOptions { StartStep = 3, WarmupSteps = 2, PenaltyEvery = 2, Layers = 1, Width = 8, Adaptive = true },
    };

    /// <summary>A small model with a convolution module and dropout.</summary>
    public static AudioBsqOptions Model { get; } = Small.Options with
    {
        Encoder = Small.Options.Encoder with
        {
            UseConvModule = true,
            ConvKernelSize = 5,
            Dropout = 0.1,
            AttentionDropout = 0.1,
            DropPath = 0.1,
            LayerScale = 0.5,
        },
    };

    public static float[][] Clips { get; } = Small.Mels(11, 40, 64, 9, 100, 33);

    public static TrainingData Data { get; } = TrainingData.Of(Clips, Small.Mels(12, 64, 20));

    /// <summary>What <see cref="Everything"/> gives when nothing interrupts it.</summary>
    public static byte[] Uninterrupted => LazyUninterrupted.Value;

    private static readonly Lazy<byte[]> LazyUninterrupted = new(() => Train(Everything));

    public static byte[] Train(
        TrainingOptions options, AudioBsqOptions? model = null, Action<TrainingProgress>? report = null, TrainingData? data = null,
        CancellationToken cancellation = default)
    {
        using var trained = AudioBsqModel.Train(data ?? Data, model ?? Model, Small.Mel, options, report, cancellation: cancellation);
        return Bytes(trained);
    }

    public static byte[] Bytes(AudioBsqModel model)
    {
        using var stream = new MemoryStream();
        ModelFile.Write(stream, model.Content, ModelParts.All);
        return stream.ToArray();
    }

    /// <summary>The first batch of the clips, in the current dispose scope.</summary>
    public static MelBatch Batch(AudioBsqOptions model, params int[] frames) =>
        MelBatch.Of([.. Small.Mels(21, frames).Select(mel => (ReadOnlyMemory<float>)mel)], model, CPU);

    /// <summary>A network from a seed.</summary>
    public static AudioBsqNetwork Network(AudioBsqOptions model, int seed = 5)
    {
        using var generator = new SeededGenerator(seed);
        return new AudioBsqNetwork(model);
    }

    /// <summary>All weights and buffers one after another.</summary>
    public static float[] Weights(nn.Module network)
    {
        using var scope = NewDisposeScope();
        return [.. network.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .SelectMany(entry => entry.Value.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray())];
    }
}
