// Which quantizer reconstructs speech best from the same number of bits? Trains the same small model once with each, on the same speech,
// for the same number of steps, and measures all of them on speech of other speakers.
//
//   dotnet run -c Release --project samples/QuantizerComparison [TRAIN DEV]
//       [--steps N] [--seeds N] [--threads N] [--entropy] [--output FOLDER]
//
// TRAIN and DEV are folders of speech. Without them those of samples/clips are used, and few steps: that shows how it works,
// not which is better. --entropy compares settings of the binary spherical quantizer's entropy terms instead.

using AudioBsq;
using AudioBsq.Signal;
using AudioBsq.Training;
using QuantizerComparison;

if (!Arguments.TryRead(args, out var arguments)) return 2;

var mel = new MelSpectrogram(new MelOptions());
using (AudioBsqModel.Create(AudioBsqOptions.Tiny, mel.Options, device: "cpu")) { } // loads torch
if (arguments.Threads is { } threads) TorchSharp.torch.set_num_threads(threads);
var (train, dev) = (Speech.Read(arguments.Train, mel), Speech.Read(arguments.Dev, mel));
Console.WriteLine($"{Speech.Say(train, mel.Options)} to train on, {Speech.Say(dev, mel.Options)} to measure on, {arguments.Steps} steps\n");

var setups = arguments.Entropy ? Setup.EntropySettings : Setup.Quantizers;
var report = new Report(arguments.Output, arguments.Entropy ? "entropy" : "quantizers");
for (int seed = 1; seed <= arguments.Seeds; seed++)
{
    foreach (var setup in setups)
    {
        var training = new TrainingOptions { MaxSteps = arguments.Steps, Seed = seed, ReportEvery = arguments.Steps, Device = "cpu" };
        TrainingProgress? last = null;
        using var model = AudioBsqModel.Train(
            TrainingData.Of(train),
            AudioBsqOptions.Tiny with { Quantizer = setup.Options },
            mel.Options,
            training,
            progress => last = progress);
        report.Add(new Result(setup.Name, seed, model.Evaluate(dev), last!.Elapsed));
    }
}

Console.WriteLine($"\n{report.WriteTable()}");
return 0;
