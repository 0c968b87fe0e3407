using AudioBsq.Decoding;
using AudioBsq.Signal;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Benchmarks.Gpu;

/// <summary>Recordings on the device and on the CPU, with the same weights.</summary>
internal sealed class AgreementSteps(Func<Device> device, AudioBsqOptions model)
{
    private const int TrainingSteps = 5, Batch = 4;
    private const double MostTokens = 1e-3, MostLoss = 1e-3; // as parts: sums are in another order, and a threshold may be between

    public LadderFinding Tokens()
    {
        var clips = Mels().Select(mel => (ReadOnlyMemory<float>)mel).ToArray();
        using var here = AudioBsqModel.Create(model, new MelOptions(), device: "cpu");
        using var there = AudioBsqModel.Create(model, new MelOptions(), device: device().ToString());
        int[] expected = [.. here.Encode(clips).SelectMany(tokens => tokens)];
        int[] found = [.. there.Encode(clips).SelectMany(tokens => tokens)];
        int differing = expected.Zip(found, (a, b) => a == b ? 0 : 1).Sum();
        string text = $"{differing} of {expected.Length} tokens of {clips.Length} recordings differ";
        return differing <= MostTokens * expected.Length ? text : throw new ArithmeticException(text);
    }

    public LadderFinding Losses()
    {
        double[] here = Train("cpu"), there = Train(device().ToString());
        double difference = here.Zip(there, (a, b) => Math.Abs(a - b) / Math.Abs(a)).Max();
        string text = FormattableString.Invariant($"after {here.Length} steps {there[^1]:F5}, on the CPU {here[^1]:F5}; ")
            + FormattableString.Invariant($"at most {difference:0.0E+0} apart");
        return difference <= MostLoss ? text : throw new ArithmeticException(text);
    }

    /// <summary>Mel spectrograms of the recordings beside the program.</summary>
    internal static float[][] Mels()
    {
        var mel = new MelSpectrogram(new MelOptions());
        string folder = Path.GetDirectoryName(Speech.Flac)!;
        return [.. Directory.GetFiles(folder, "*.flac").Order(StringComparer.Ordinal)
            .Select(path => mel.Extract(AudioFile.Read(path, mel.Options.SampleRate).Samples))];
    }

    private double[] Train(string place)
    {
        var options = new TrainingOptions { MaxSteps = TrainingSteps, BatchSize = Batch, Device = place };
        using var trained = AudioBsqModel.Create(model, new MelOptions(), options.Seed, place);
        using var trainer = new Trainer(trained.Content.Network, trained.Mel, options, trained.Content.Device);
        using var batches = new BatchSource(TrainingData.Of(Mels()), model.Bands, model, options, trained.Content.Device, default);
        return [.. Enumerable.Range(0, TrainingSteps).Select(step => Step(trainer, batches, step))];
    }

    private static double Step(Trainer trainer, BatchSource batches, int step)
    {
        using var scope = NewDisposeScope();
        return trainer.Step(batches.Next(step), step)?.Loss ?? throw new ArithmeticException($"the loss of step {step} is not finite");
    }
}
