using System.Globalization;
using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Networks;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace AudioBsq.Benchmarks;

/// <summary>What a trained model that sees windows loses where two of them meet, and what windows that overlap win back.</summary>
internal static class WindowSeams
{
    public static int Run(string path, string folder)
    {
        var ml = new MLContext(seed: 1);
        using var saved = (TransformerChain<ITransformer>)ml.Model.Load(path, out _);
        var model = saved.OfType<AudioTokenizerTransformer>().First().Model;
        int window = model.Options.WindowFrames, near = model.Options.PatchFrames * Math.Max(1, 16 / model.Options.PatchFrames);
        var spectrogram = new MelSpectrogram(model.Mel);
        float[][] mels = [.. ml.Data.LoadAudioFolder(folder).GetColumn<string>("Path").Select(file => spectrogram.Extract(AudioFile.Read(file, model.Mel.SampleRate).Samples))];
        Console.WriteLine($"{mels.Length} clips; windows of {window} frames; mel error in dB of frames nearer than {near} to where windows of {window} meet, and of all frames");
        Console.WriteLine("context (frames)   near   all   windows");
        foreach (int context in (int[])[0, window / 16, window / 8, window / 4])
        {
            using var scope = torch.NewDisposeScope();
            var options = model.Options with { ContextFrames = context / model.Options.PatchFrames * model.Options.PatchFrames };
            var network = new AudioBsqNetwork(options);
            network.load_state_dict(model.Network.state_dict());
            using var overlapping = new AudioBsqModel(network, model.Mel, torch.CPU);
            var (nearby, all, windows) = (new Mean(), new Mean(), 0);
            foreach (float[] mel in mels)
            {
                float[] drawn = overlapping.Decode(overlapping.Encode(mel));
                int frames = mel.Length / options.Bands;
                windows += (frames + window - 2 * options.ContextFrames - 1) / (window - 2 * options.ContextFrames);
                for (int t = 0; t < frames; t++)
                {
                    double error = Enumerable.Range(t * options.Bands, options.Bands).Average(i => Math.Abs(mel[i] - drawn[i]));
                    all.Add(error);
                    int seam = (t + window / 2) / window * window;
                    if (seam > 0 && seam < frames && Math.Abs(t + 0.5 - seam) < near) nearby.Add(error);
                }
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{options.ContextFrames,16} {nearby.Value,6:F3} {all.Value,5:F3} {windows,9}"));
        }

        return 0;
    }

    private sealed class Mean
    {
        private double _sum;
        private int _count;

        public double Value => _sum / _count;

        public void Add(double value) => (_sum, _count) = (_sum + value, _count + 1);
    }
}
