// Sound that is in memory, in ML.NET: samples, the bytes of files, features of one size, prediction engines.
//
//   dotnet run -c Release --project samples/InMemory
//
// The sounds are presses of a telephone's keys, made here.

using AudioBsq;
using AudioBsq.MLNet;
using AudioBsq.Networks;
using AudioBsq.Training;
using InMemory;
using Microsoft.ML;

var ml = new MLContext(seed: 1);
var presses = Keypad.All(times: 8, seed: 1);
var train = ml.Data.LoadFromEnumerable(presses);
var test = ml.Data.LoadFromEnumerable(Keypad.All(times: 4, seed: 2));

// 1. float[] at 44.1 kHz → tokens. The rate is stated, since a float[] cannot say it. Fit trains a very small tokenizer.
var options = new AudioTokenizerOptions
{
    Model = new AudioBsqOptions
    {
        WindowFrames = 64,
        Encoder = new NetworkOptions { Width = 64, Layers = 1, Heads = 2, HeadWidth = 128 },
        Quantizer = new() { Bits = 9 },
    },
    Training = new TrainingOptions { MaxSteps = 60 },
};
var samplesToTokens = ml.Transforms.ResampleAudio("Waveform", "Samples", inputSampleRate: Keypad.SampleRate)
    .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    .AppendCacheCheckpoint(ml)
    .Append(ml.Transforms.TokenizeAudio("Keys", "Mel", options))
    .Append(ml.Transforms.Conversion.MapKeyToValue("Tokens", "Keys")) // ML.NET's keys count from 1, tokens from 0
    .Fit(train);
using var model = samplesToTokens.OfType<AudioTokenizerTransformer>().Single().Model;
int[] tokens = First(samplesToTokens.Transform(train)).Tokens;
Console.WriteLine($"1. {presses[0].Samples.Length} samples → {tokens.Length} tokens: {string.Join(' ', tokens.Take(8))} …");

// 2. byte[] → tokens, in a pipeline that is saved and loaded.
var filesToTokens = ml.Transforms.LoadAudio("Waveform", "File")
    .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", model.Mel))
    .Append(ml.Transforms.TokenizeAudio("Keys", "Mel", model))
    .Append(ml.Transforms.Conversion.MapKeyToValue("Tokens", "Keys"))
    .Fit(train);
using var zip = new MemoryStream(); // or a path
ml.Model.Save(filesToTokens, train.Schema, zip);
var loaded = new MLContext().Model.Load(zip, out _);
int[] again = First(loaded.Transform(train)).Tokens;
Console.WriteLine($"2. {presses[0].File.Length} bytes → {again.Length} tokens, through a zip of {zip.Length / 1e3:F0} kB");

// 3. Digits → features of one size → a trainer of ML.NET's. With seconds, every column after it has a known size.
var classifier = ml.Transforms.ResampleAudio("Waveform", "Samples", inputSampleRate: Keypad.SampleRate, seconds: 0.4)
    .Append(ml.Transforms.ExtractMelSpectrogram("Features", "Waveform", hopLength: 800, bands: 32))
    .Append(ml.Transforms.NormalizeMeanVariance("Features", fixZero: false))
    .Append(ml.Transforms.Conversion.MapValueToKey("Label", "Digit"))
    .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(maximumNumberOfIterations: 20))
    .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedDigit", "PredictedLabel"))
    .Fit(train);
var metrics = ml.MulticlassClassification.Evaluate(classifier.Transform(test));
Console.WriteLine($"3. {metrics.MicroAccuracy:P0} of the digits of other presses are recognized");

// 4. Prediction engines, disposed in any order. OwnsTransformer = false leaves the model to you.
var first = ml.Model.CreatePredictionEngine<Press, Tokenized>(loaded);
var second = ml.Model.CreatePredictionEngine<Press, Tokenized>(loaded);
int[] before = second.Predict(presses[0]).Tokens;
first.Dispose();
int[] after = second.Predict(presses[0]).Tokens;
second.Dispose();
using var engine = ml.Model.CreatePredictionEngine<Press, Recognized>(classifier, new PredictionEngineOptions { OwnsTransformer = false });
Console.WriteLine($"4. the second engine gives {(before.SequenceEqual(after) ? "the same" : "other")} tokens after the first is gone");
Console.WriteLine($"   and an engine hears a {engine.Predict(presses[7]).PredictedDigit} where {presses[7].Digit} was pressed");
return before.SequenceEqual(after) && metrics.MicroAccuracy > 0.5 ? 0 : 1;

Tokenized First(IDataView data) => ml.Data.CreateEnumerable<Tokenized>(data, reuseRowObject: false).First();
