using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Signal;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>The parts of a plain training step, one by one, on noise: what they take does not depend on what they see.</summary>
internal sealed class StepParts : IDisposable
{
    private readonly BenchModel _bench;
    private readonly Clock _clock;
    private readonly TrainingOptions _options;
    private readonly AudioBsqModel _model;
    private readonly Optimization _optimization;
    private readonly Tensor _mel;

    public StepParts(BenchModel bench, TrainingPrecision precision, Clock clock)
    {
        (_bench, _clock, _options) = (bench, clock, StepRun.Options(bench, precision));
        _model = AudioBsqModel.Create(bench.Options, new MelOptions(), device: "cpu");
        _model.Content.Network.train();
        _optimization = new Optimization(_model.Content.Network, _options, CPU);
        _mel = rand(bench.Batch, bench.Options.WindowFrames, bench.Options.Bands).DetachFromDisposeScope();
    }

    public long Weights => _model.ParameterCount;

    /// <summary>
    /// Seconds of the forward pass with the losses, of the backward pass, and of the optimizer: clipping, AdamW, moving average.
    /// </summary>
    public double[] Step()
    {
        using var scope = NewDisposeScope();
        _optimization.ClearGradients();
        var loss = _mel;
        double forward = _clock.Seconds(() => loss = Forward());
        double backward = _clock.Seconds(() => loss.backward());
        return [forward, backward, _clock.Seconds(() => _optimization.Update(loss: 1, step: 0))];
    }

    public void Dispose()
    {
        _mel.Dispose();
        _optimization.Dispose();
        _model.Dispose();
    }

    private Tensor Forward()
    {
        using var type = ComputeType.Use(_options.Precision == TrainingPrecision.BFloat16 ? ScalarType.BFloat16 : null);
        var network = _model.Content.Network;
        var quantized = network.Quantizer.Forward(network.Encode(_mel, valid: null), valid: null);
        var error = ReconstructionLoss.Mean(network.Decode(quantized.Codes, valid: null), _mel, valid: null);
        return error.Plus(quantized.Loss * Scalars.Scalar(_options.CodebookWeight));
    }
}
