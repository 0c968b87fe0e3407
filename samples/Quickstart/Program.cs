// Speech → tokens → speech, through one saved ML.NET pipeline.
//
//   dotnet run -c Release --project samples/Quickstart [FOLDER]
//
// FOLDER holds speech (WAV, FLAC, …). A folder named "dev" beside it is listened to, or else every tenth clip is held out.
// Without FOLDER the sample's own 15 + 3 clips are used.

using AudioBsq;
using AudioBsq.MLNet;
using AudioBsq.Training;
using Microsoft.ML;
using Quickstart;

// The second process starts here: it knows nothing but the zip.
if (args is ["listen", var saved, var list, var results])
{
    Listening.Run(saved, File.ReadAllLines(list), results);
    return 0;
}

if (args.Length > 1 || args is ["-h" or "--help"])
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project samples/Quickstart [FOLDER]");
    return args.Length > 1 ? 2 : 0;
}

string folder = Path.GetFullPath(args is [var given] ? given : Path.Combine(AppContext.BaseDirectory, "clips", "train"));
string output = Directory.CreateDirectory("quickstart-output").FullName;
string zip = Path.Combine(output, "tokenizer.zip");

// 1. Clips: paths only, nothing is decoded yet.
var ml = new MLContext(seed: 1);
var (train, dev) = Clips.Split(ml, folder);

var options = new AudioTokenizerOptions
{
    Model = AudioBsqOptions.Tiny,
    Training = new TrainingOptions { MaxSteps = 300, ReportEvery = 30 },
    FrameCountColumnName = "Frames",
    MetricsCallback = p =>
        Console.WriteLine($"step {p.Step,4} of {p.MaxSteps}   mel error {p.MeanAbsoluteError:F2} dB   {p.Elapsed:mm\\:ss}"),
};
Console.WriteLine($"Training on {folder}");

// 2. Audio file → waveform → mel spectrogram → tokens. Fit trains the tokenizer.
var pipeline = ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 16_000)
    .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    .AppendCacheCheckpoint(ml)
    .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", options));
var tokenizer = pipeline.Fit(train);

// 3. The whole pipeline in one zip.
ml.Model.Save(tokenizer, train.Schema, zip);
Console.WriteLine($"\nSaved {zip} ({new FileInfo(zip).Length / 1e6:F1} MB)");

// 4. The same tokens come out of the zip in another process, which then reconstructs the clips.
return Clips.ListenInAnotherProcess(ml, tokenizer, dev, zip, output);
