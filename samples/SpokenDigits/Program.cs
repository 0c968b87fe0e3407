// Which digit does a speaker say whom the classifier has never heard? Three classifiers of ML.NET on features of the trained model.
//
//   dotnet run -c Release --project samples/SpokenDigits
//
// 120 recordings: ten digits, six speakers, two takes. Each speaker is left out in turn, and the classifier learns from the five others.

using AudioBsq;
using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.LightGbm;
using SpokenDigits;

var ml = new MLContext(seed: 1);
var speech = PretrainedAudioModels.Speech900;
var digits = SpokenDigit.ReadAll(Path.Combine(AppContext.BaseDirectory, "digits"));
string[] speakers = [.. digits.Select(digit => digit.Speaker).Distinct()];

// 1. Recordings → embeddings, five parts of each apart, by one of the first layers: the last has turned to what the decoder needs. And →
// tokens → how often each bit is 1, and how often it changes, in five parts too.
var sound = ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 16_000)
    .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    .Append(ml.Transforms.ExtractAudioEmbedding("Embedding", "Mel", speech, new EmbeddingOptions { Layer = 1, Parts = 5 }))
    .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", speech))
    .Append(ml.Transforms.ProduceTokenNgrams("Bits", "Tokens", new TokenNgramOptions { SymbolBits = 1, Length = 2, Parts = 5 }))
    .Append(ml.Transforms.Conversion.MapValueToKey("Label", "Digit"));
var data = ml.Data.LoadFromEnumerable(digits);
var features = ml.Data.Cache(sound.Fit(data).Transform(data), "Embedding", "Bits", "Label", "Speaker"); // so the network runs once

// 2. Features → classifiers. One thread each, so that every run gives the same.
var linear = new SdcaMaximumEntropyMulticlassTrainer.Options
{
    L1Regularization = 0,
    L2Regularization = 0.01f, // left to itself it chooses less, and 1,920 features of 100 recordings are learned by heart
    MaximumNumberOfIterations = 100,
    NumberOfThreads = 1,
};
var trees = new LightGbmMulticlassTrainer.Options
{
    NumberOfIterations = 80,
    NumberOfLeaves = 4,
    LearningRate = 0.1,
    MinimumExampleCountPerLeaf = 3,
    Booster = new GradientBooster.Options { FeatureFraction = 0.1, MinimumChildWeight = 0.001 },
    NumberOfThreads = 1,
    Seed = 1,
};
Console.WriteLine($"{"accuracy",-30}{string.Concat(speakers.Select(speaker => $"{speaker,9}"))}     mean");
double embedding = Try("embedding, linear (SDCA)", "Embedding", ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(linear));
double boosted = Try("embedding, trees (LightGBM)", "Embedding", ml.MulticlassClassification.Trainers.LightGbm(trees));
double bits = Try("bits of tokens, linear (SDCA)", "Bits", ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(linear));
Console.WriteLine($"{"chance",-30}{string.Concat(speakers.Append("mean").Select(_ => $"{0.1,9:P0}"))}");
return embedding > 0.5 && boosted > 0.3 && bits > 0.25 ? 0 : 1;

// Folds by hand: CrossValidate keeps a speaker in one fold (samplingKeyColumnName), but chance decides how many a fold has.
double Try<T>(string name, string column, IEstimator<T> trainer) where T : class, ITransformer
{
    var classifier = ml.Transforms.NormalizeMeanVariance("Features", column, fixZero: false).Append(trainer);
    double[] accuracies = Array.ConvertAll(speakers, speaker =>
    {
        var others = ml.Data.FilterByCustomPredicate<SpokenDigit>(features, digit => digit.Speaker == speaker); // true is left out
        var leftOut = ml.Data.FilterByCustomPredicate<SpokenDigit>(features, digit => digit.Speaker != speaker);
        return ml.MulticlassClassification.Evaluate(classifier.Fit(others).Transform(leftOut)).MicroAccuracy;
    });
    Console.WriteLine($"{name,-30}{string.Concat(accuracies.Append(accuracies.Average()).Select(accuracy => $"{accuracy,9:P0}"))}");
    return accuracies.Average();
}
