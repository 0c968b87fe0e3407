using AudioBsq.Signal;
using AudioBsq.Training;
using TorchSharp;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>One full window through each model, in single precision.</summary>
internal static class NetworkPart
{
    public static SpeedTable Measure(Turns turns, Peak peak, IEnumerable<BenchModel> models)
    {
        var table = new SpeedTable(turns, peak);
        foreach (var model in models) Measure(table, model);
        return table;
    }

    private static void Measure(SpeedTable table, BenchModel bench)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        using var model = AudioBsqModel.Create(bench.Options, new MelOptions(), device: "cpu");
        float[] all = new MelSpectrogram(model.Mel).Extract(Speech.Repeated(bench.Options.WindowFrames * model.Mel.HopLength).Samples);
        float[] mel = all[..(bench.Options.WindowFrames * bench.Options.Bands)];
        int[] tokens = model.Encode(mel);
        var network = model.Content.Network;
        var latents = network.Encode(network.Scale(torch.tensor(mel, [1, bench.Options.WindowFrames, bench.Options.Bands])), valid: null);

        double half = 2.0 * model.ParameterCount, melBytes = 4.0 * mel.Length, tokenBytes = 4.0 * tokens.Length;
        double seconds = bench.WindowSeconds, latentBytes = 4.0 * latents.numel();
        string name = bench.Name, title = $"{name}, {bench.Window}";
        table.Add(
            $"encode: {title}", seconds, StepOperations.Encode(bench.Options, bench.Options.WindowFrames),
            half + melBytes + tokenBytes, $"encode {name}",
            () => model.Encode(mel));
        table.Add(
            $"decode: {title}", seconds, StepOperations.Decode(bench.Options, bench.Options.WindowFrames),
            half + melBytes + tokenBytes, $"decode {name}",
            () => model.Decode(tokens));
        table.Add(
            $"quantize: {title}", seconds, operations: null, latentBytes + tokenBytes, $"quantize {name}",
            () => network.Quantizer.ToTokens(network.Quantizer.Quantize(latents)));
    }
}
