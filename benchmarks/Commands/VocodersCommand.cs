using System.Diagnostics;
using System.Globalization;
using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Native;
using AudioBsq.Signal;
using AudioBsq.Vocoding;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace AudioBsq.Benchmarks;

/// <summary>
/// Mel spectrograms of recordings back to sound by fast Griffin-Lim and by vocoders, on one thread: how fast, in processor time, and how much louder
/// or quieter than the recording. With a tokenizer's zip the spectrograms are those that its tokens stand for.
/// </summary>
internal static class VocoderBenchmark
{
    public static int Run(string folder, string[] files)
    {
        TorchDevice.Resolve("cpu"); // loads torch
        torch.set_num_threads(1);
        var ml = new MLContext(seed: 1);
        float[][] sounds = [.. ml.Data.LoadAudioFolder(folder).GetColumn<string>("Path").Select(file => AudioFile.Read(file, 16_000).Samples)];
        var spectrogram = new MelSpectrogram(new MelOptions());
        float[][] mels = Array.ConvertAll(sounds, sound => spectrogram.Extract(sound));
        foreach (string zip in files.Where(file => file.EndsWith(".zip", StringComparison.Ordinal)))
        {
            using var saved = (TransformerChain<ITransformer>)ml.Model.Load(zip, out _);
            var model = saved.OfType<AudioTokenizerTransformer>().First().Model;
            mels = Array.ConvertAll(mels, mel => model.Decode(model.Encode(mel))[..mel.Length]);
        }

        double seconds = sounds.Sum(sound => sound.Length) / 16_000.0;
        Console.WriteLine($"{sounds.Length} clips, {seconds:F0} s, one thread");
        Console.WriteLine("sound made by                      × real time   level: mean (dB)   most (dB)");

        var griffinLim = new GriffinLim(new MelOptions(), new GriffinLimOptions());
        Report("Griffin-Lim, 32 rounds", i => griffinLim.Synthesize(mels[i], sounds[i].Length));
        foreach (string path in files.Where(file => !file.EndsWith(".zip", StringComparison.Ordinal)))
        {
            using var vocoder = NeuralVocoder.Load(path, "cpu");
            Report(Path.GetFileName(path), i => vocoder.Synthesize(mels[i], sounds[i].Length));
        }

        return 0;

        void Report(string name, Func<int, float[]> synthesize)
        {
            synthesize(0); // compiles
            using var process = Process.GetCurrentProcess();
            var before = process.TotalProcessorTime;
            float[][] made = [.. sounds.Select((_, i) => synthesize(i))];
            process.Refresh();
            double work = (process.TotalProcessorTime - before).TotalSeconds;
            double[] levels = [.. made.Select((sound, i) => Level(sound) - Level(sounds[i]))];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-32} {seconds / work,13:F0} {levels.Average(),18:F2} {levels.MaxBy(Math.Abs),11:F2}"));
        }
    }

    private static double Level(float[] sound) => 10 * Math.Log10(sound.Sum(x => (double)x * x) / sound.Length);
}
