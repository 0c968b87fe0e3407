// Trains a small tokenizer of your own, saves it, and measures it on speakers that it was not trained on.
//
//   dotnet run -c Release --project samples/Training [FOLDER]
//
// FOLDER holds speech (WAV, FLAC, …). A folder named "dev" beside it is measured on, or else every tenth clip is held out.
// Without FOLDER 15 + 3 clips of samples/clips are used: a minute and a half of speech, which shows how it works, not how good it can be.

using AudioBsq;
using AudioBsq.MLNet;
using AudioBsq.Training;
using Microsoft.ML;

if (args.Length > 1 || args is ["-h" or "--help"])
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project samples/Training [FOLDER]");
    return args.Length > 1 ? 2 : 0;
}

string folder = Path.GetFullPath(args is [var given] ? given : Path.Combine(AppContext.BaseDirectory, "clips", "train"));
string zip = Path.Combine(Directory.CreateDirectory("training-output").FullName, "tokenizer.zip");

// 1. Clips: paths only, nothing is decoded yet.
var ml = new MLContext(seed: 1);
var clips = ml.Data.LoadAudioFolder(folder);
string beside = Path.Combine(folder, "..", "dev");
var (train, dev) = Directory.Exists(beside)
    ? (clips, ml.Data.LoadAudioFolder(beside))
    : ml.Data.TrainTestSplit(clips, testFraction: 0.1) is var split ? (split.TrainSet, split.TestSet) : default;

// 2. Sound file → waveform → mel spectrogram → tokens. Fit trains the tokenizer.
var options = new AudioTokenizerOptions
{
    Model = AudioBsqOptions.Tiny,
    Training = new TrainingOptions { MaxSteps = 300, ReportEvery = 30 },
    FrameCountColumnName = "Frames",
    MetricsCallback = p =>
        Console.WriteLine($"step {p.Step,4} of {p.MaxSteps}   mel error {p.MeanAbsoluteError:F2} dB   {p.Elapsed:mm\\:ss}"),
};
Console.WriteLine($"Training on {folder}");
var pipeline = ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 16_000)
    .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    .AppendCacheCheckpoint(ml)
    .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", options));
var tokenizer = pipeline.Fit(train);

// 3. The whole pipeline in one zip, which any process can load.
ml.Model.Save(tokenizer, train.Schema, zip);
Console.WriteLine($"\nSaved {zip} ({new FileInfo(zip).Length / 1e6:F1} MB)");

// 4. How well the tokens keep what other speakers say.
var tokens = ml.Data.Cache(tokenizer.Transform(dev));
var reconstruction = ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", tokenizer.LastTransformer, "Frames").Fit(tokens);
var metrics = ml.Data.EvaluateAudioReconstruction(reconstruction.Transform(tokens));
Console.WriteLine($"Mel error on other speakers: {metrics.MeanAbsoluteError:F2} dB; {metrics.Codes.AttainableUsage:P0} of the codes used");
return 0;
