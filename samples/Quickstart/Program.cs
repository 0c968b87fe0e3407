// Speech → tokens → speech, by a trained model that comes with the library.
//
//   dotnet run -c Release --project samples/Quickstart [FOLDER]
//
// FOLDER holds speech (WAV, FLAC, MP3, …). Without it three clips are used, of speakers that the model never heard.

using AudioBsq.MLNet;
using Microsoft.ML;
using Quickstart;

// The second process starts here: it knows nothing but the zip.
if (args is ["listen", var saved, var sounds, var results])
{
    Listening.Run(saved, sounds, results);
    return 0;
}

if (args.Length > 1 || args is ["-h" or "--help"])
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project samples/Quickstart [FOLDER]");
    return args.Length > 1 ? 2 : 0;
}

string folder = Path.GetFullPath(args is [var given] ? given : Path.Combine(AppContext.BaseDirectory, "clips"));
string output = Directory.CreateDirectory("quickstart-output").FullName;
string zip = Path.Combine(output, "speech.zip");

// 1. Sound file → waveform → mel spectrogram → tokens, and the way back. Nothing is trained: Fit only joins the steps.
var ml = new MLContext(seed: 1);
var clips = ml.Data.LoadAudioFolder(folder);
var speech = PretrainedAudioModels.Speech900;
var pipeline = ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 16_000)
    .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", speech, "Frames"))
    .Append(ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", speech, "Frames"))
    .Append(ml.Transforms.SynthesizeAudio("Sound", "Reconstructed", speech));
var model = pipeline.Fit(clips);

// 2. The whole pipeline in one zip, weights and all.
ml.Model.Save(model, clips.Schema, zip);
Console.WriteLine($"Saved {zip} ({new FileInfo(zip).Length / 1e6:F1} MB)");

// 3. Another process loads it, makes the same tokens, and sound of them.
string here = Tokens.Hash(model.Transform(clips));
Console.WriteLine($"Tokens here:               {here}");
if (!Listening.StartProcess(zip, folder, output)) return 1;
string there = File.ReadAllText(Path.Combine(output, "tokens.sha256"));
Console.WriteLine(here == there ? "The tokens are the same." : "The tokens differ!");
return here == there ? 0 : 1;
