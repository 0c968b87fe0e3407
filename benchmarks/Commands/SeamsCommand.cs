using System.CommandLine;
using System.Globalization;
using AudioBsq.Benchmarks.Streaming;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>seams</c>: what a trained model loses where two windows meet, and what overlapping windows win back.</summary>
internal sealed class SeamsCommand : Command
{
    private readonly Argument<FileInfo> _model = Inputs.Model();
    private readonly Argument<DirectoryInfo> _folder = Inputs.Folder();

    public SeamsCommand() : base("seams", "Measure the error where windows of a model meet, with windows that overlap by more and more.")
    {
        Add(_model);
        Add(_folder);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        var ml = new MLContext(seed: 1);
        using var saved = (TransformerChain<ITransformer>)ml.Model.Load(arguments.GetRequiredValue(_model).FullName, out _);
        var model = Speech.ModelOf(saved);
        int window = model.Options.WindowFrames, patch = model.Options.PatchFrames, near = patch * Math.Max(1, 16 / patch);
        var spectrogram = new MelSpectrogram(model.Mel);
        float[][] sounds = Speech.Read(ml, arguments.GetRequiredValue(_folder), model.Mel.SampleRate);
        float[][] mels = Array.ConvertAll(sounds, sound => spectrogram.Extract(sound));
        Console.WriteLine($"{mels.Length} clips; windows of {window} frames; mel error in dB "
            + $"of frames nearer than {near} to where windows of {window} meet, and of all frames");
        Console.WriteLine("context (frames)   near   all   windows");
        foreach (int context in (int[])[0, window / 16, window / 8, window / 4]) Measure(model, mels, context / patch * patch, near);
    }

    private static void Measure(AudioBsqModel model, float[][] mels, int context, int near)
    {
        using var scope = torch.NewDisposeScope();
        var network = new AudioBsqNetwork(model.Options with { ContextFrames = context });
        network.load_state_dict(model.Content.Network.state_dict());
        using var overlapping = new AudioBsqModel(new ModelContent(network, model.Mel, torch.CPU));
        int bands = model.Options.Bands, window = model.Options.WindowFrames, kept = window - 2 * context, windows = 0;
        var (nearby, all) = (new Mean(), new Mean());
        foreach (float[] mel in mels)
        {
            float[] reconstructed = overlapping.Decode(overlapping.Encode(mel));
            int frames = mel.Length / bands;
            windows += (frames + kept - 1) / kept;
            for (int t = 0; t < frames; t++)
            {
                double error = Enumerable.Range(t * bands, bands).Average(i => Math.Abs(mel[i] - reconstructed[i]));
                all.Add(error);
                int seam = (t + window / 2) / window * window;
                if (seam > 0 && seam < frames && Math.Abs(t + 0.5 - seam) < near) nearby.Add(error);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{context,16} {nearby.Value,6:F3} {all.Value,5:F3} {windows,9}"));
    }
}
