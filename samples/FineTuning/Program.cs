// Adapts the trained model to one speaker, in two ways, and shows what that gains on recordings that were not used for it.
//
//   dotnet run -c Release --project samples/FineTuning [FOLDER]
//
// FOLDER has the speaker's recordings in "train" and some more in "dev". Without it ten digits said by one person over a narrow band are
// used, and the same digits said once more.

using AudioBsq;
using AudioBsq.MLNet;
using AudioBsq.Training;
using FineTuning;
using Microsoft.ML;
using Microsoft.ML.Data;

if (args.Length > 1 || args is ["-h" or "--help"])
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project samples/FineTuning [FOLDER]");
    return args.Length > 1 ? 2 : 0;
}

string folder = Path.GetFullPath(args is [var given] ? given : Path.Combine(AppContext.BaseDirectory, "clips"));
string output = Directory.CreateDirectory("fine-tuning-output").FullName;
var ml = new MLContext(seed: 1);
IDataView train = ml.Data.LoadAudioFolder(Path.Combine(folder, "train")), dev = ml.Data.LoadAudioFolder(Path.Combine(folder, "dev"));
using AudioBsqModel shipped = PretrainedAudioModels.Speech900.LoadTokenizer();
var mel = ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 16_000)
    .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    .AppendCacheCheckpoint(ml);

// 1. As it comes.
var asItComes = mel.Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", shipped, "Frames")).Fit(train);
var tokens = Measure.Tokens(asItComes, dev);
Console.WriteLine($"As it comes:                     mel error {Measure.Error(ml, asItComes, dev):F2} dB");

// 2. The encoder stays: old tokens keep their meaning, and the decoder learns to say them in this voice.
var decoder = mel.Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", Options(FrozenHalf.Encoder))).Fit(train);
Show("Decoder adapted", decoder);

// 3. All of it: another model with tokens of its own.
var whole = mel.Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", Options(FrozenHalf.None))).Fit(train);
Show("Encoder and decoder adapted", whole);

string zip = Path.Combine(output, "tokenizer.zip");
ml.Model.Save(decoder, train.Schema, zip);
Console.WriteLine($"\nSaved {zip}, which tokenizes as before and speaks like this speaker.");
return 0;

AudioTokenizerOptions Options(FrozenHalf frozen) => new()
{
    Model = shipped.Options,
    Start = shipped,
    Training = new TrainingOptions
    {
        MaxSteps = 100,
        BatchSize = 4,
        LearningRate = 2e-4,
        Frozen = frozen,
    },
    FrameCountColumnName = "Frames",
    Seed = 1,
};

void Show(string what, TransformerChain<AudioTokenizerTransformer> model)
{
    var (same, all) = Measure.Compare(tokens, Measure.Tokens(model, dev));
    Console.WriteLine($"{what + ":",-32} mel error {Measure.Error(ml, model, dev):F2} dB, {same} of {all} tokens as before");
}
