using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AudioBsq.Native;
using AudioBsq.Signal;
using AudioBsq.Vocoding;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>vocoders</c>: speed and loudness of sound made from mel spectrograms.</summary>
internal sealed class VocodersCommand : Command
{
    private readonly Argument<DirectoryInfo> _folder = Inputs.Folder();

    private readonly Argument<FileInfo[]> _files = new Argument<FileInfo[]>("FILE")
    {
        Description = "Vocoders; with a tokenizer's zip the spectrograms are those that its tokens stand for",
        Arity = ArgumentArity.ZeroOrMore,
    }.AcceptExistingOnly();

    public VocodersCommand() : base(
        "vocoders",
        "Make sound of recordings' mel spectrograms by fast Griffin-Lim and by vocoders, on one thread: how fast, in processor time, "
        + "and how much louder or quieter than the recording.")
    {
        Add(_folder);
        Add(_files);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        TorchDevice.Resolve("cpu"); // loads torch
        torch.set_num_threads(1);
        var ml = new MLContext(seed: 1);
        float[][] sounds = Speech.Read(ml, arguments.GetRequiredValue(_folder), 16_000);
        var spectrogram = new MelSpectrogram(new MelOptions());
        float[][] mels = Array.ConvertAll(sounds, sound => spectrogram.Extract(sound));
        var zips = arguments.GetRequiredValue(_files).ToLookup(file => file.Extension == ".zip");
        foreach (var zip in zips[true])
        {
            using var saved = (TransformerChain<ITransformer>)ml.Model.Load(zip.FullName, out _);
            var model = Speech.ModelOf(saved);
            mels = Array.ConvertAll(mels, mel => model.Decode(model.Encode(mel))[..mel.Length]);
        }

        double seconds = sounds.Sum(sound => sound.Length) / 16_000.0;
        Console.WriteLine(FormattableString.Invariant($"{sounds.Length} clips, {seconds:F0} s, one thread"));
        Console.WriteLine("sound made by                      × real time   level: mean (dB)    max (dB)");
        var griffinLim = new GriffinLim(new MelOptions(), new GriffinLimOptions());
        Measure("Griffin-Lim, 32 rounds", sounds, i => griffinLim.Synthesize(mels[i], sounds[i].Length));
        foreach (var file in zips[false])
        {
            using var vocoder = NeuralVocoder.Load(file.FullName, "cpu");
            Measure(file.Name, sounds, i => vocoder.Synthesize(mels[i], sounds[i].Length));
        }
    }

    private static void Measure(string name, float[][] sounds, Func<int, float[]> synthesize)
    {
        synthesize(0); // compiles
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        float[][] synthesized = [.. sounds.Select((_, i) => synthesize(i))];
        process.Refresh();
        double work = (process.TotalProcessorTime - before).TotalSeconds, speed = sounds.Sum(sound => sound.Length) / 16_000.0 / work;
        double[] levels = [.. synthesized.Select((sound, i) => Level(sound) - Level(sounds[i]))];
        double mean = levels.Average(), max = levels.MaxBy(Math.Abs);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-32} {speed,13:F0} {mean,18:F2} {max,11:F2}"));
    }

    private static double Level(float[] sound) => 10 * Math.Log10(sound.Sum(x => (double)x * x) / sound.Length);
}
