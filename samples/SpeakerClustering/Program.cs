// Who speaks, when nobody has said who is there? K-means on embeddings, without labels; labels only say how good the clusters are.
//
//   dotnet run -c Release --project samples/SpeakerClustering
//
// 120 recordings: ten digits, six speakers, two takes. Each speaker has a microphone and a room too, and clusters may follow these as well
// as the voice: this is no way to prove who speaks.

using AudioBsq;
using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using SpeakerClustering;

var ml = new MLContext(seed: 1);
var recordings = Recording.ReadAll(Path.Combine(AppContext.BaseDirectory, "digits"));
string[] speakers = [.. recordings.Select(recording => recording.Speaker)], digits = [.. recordings.Select(recording => recording.Digit)];
string[] names = [.. speakers.Distinct()];

var data = ml.Data.LoadFromEnumerable(recordings);
var loading = ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 16_000)
    .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"));
var mels = ml.Data.Cache(loading.Fit(data).Transform(data), "Mel");
var trainer = new KMeansTrainer.Options { NumberOfClusters = names.Length, NumberOfThreads = 1 };

// Each layer's mean and deviation over the whole of a recording; and over three parts of it apart, where the order of sounds counts too.
Console.WriteLine("parts  layer   purity (speaker)   adjusted Rand index: speaker   digit");
uint[] best = [];
foreach (var (parts, layer) in from parts in (int[])[1, 3] from layer in Enumerable.Range(0, 4) select (parts, layer))
{
    var options = new EmbeddingOptions { Layer = layer, Parts = parts };
    var clustering = ml.Transforms.ExtractAudioEmbedding("Features", "Mel", PretrainedAudioModels.Speech900, options)
        .Append(ml.Transforms.NormalizeMeanVariance("Features", fixZero: false))
        .AppendCacheCheckpoint(ml)
        .Append(ml.Clustering.Trainers.KMeans(trainer));
    uint[] clusters = [.. clustering.Fit(mels).Transform(mels).GetColumn<uint>("PredictedLabel")];
    double bySpeaker = Agreement.AdjustedRand(clusters, speakers), byDigit = Agreement.AdjustedRand(clusters, digits);
    Console.WriteLine($"{parts,5}  {layer,5}   {Agreement.Purity(clusters, speakers),16:P0}   {bySpeaker,28:F2}   {byDigit,5:F2}");
    if ((parts, layer) == (1, 2)) best = clusters;
}

// What clusters of that size have by chance.
uint[] shuffled = [.. best];
var random = new Random(1);
double chance = Enumerable.Range(0, 1000).Select(_ =>
{
    random.Shuffle(shuffled);
    return Agreement.Purity(shuffled, speakers);
}).Average();
Console.WriteLine($"{"chance",12}   {chance,16:P0}   {0,28:F2}   {0,5:F2}");

Console.WriteLine($"\nlayer 2, 1 part  {string.Concat(names.Select(name => $"{name,10}"))}");
foreach (uint cluster in best.Distinct().Order())
{
    var counts = names.Select(name => best.Zip(speakers).Count(pair => pair == (cluster, name)));
    Console.WriteLine($"cluster {cluster}        {string.Concat(counts.Select(count => $"{count,10}"))}");
}

return Agreement.AdjustedRand(best, speakers) > 0.4 ? 0 : 1;
