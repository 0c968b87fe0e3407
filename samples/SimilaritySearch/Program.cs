// Finds sounds that are alike, in two ways: by embeddings what was said, by tokens what is a copy.
//
//   dotnet run -c Release --project samples/SimilaritySearch

using AudioBsq;
using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using SimilaritySearch;

using var model = PretrainedAudioModels.Speech900.LoadTokenizer();
var mel = new MelSpectrogram(model.Mel);

// 1. Embeddings: the nearest five of 120 spoken digits. Each value is standardized over the collection first, or a few large ones decide.
string[] files = Files("digits", "*.wav");
string[][] parts = [.. files.Select(file => Path.GetFileNameWithoutExtension(file).Split('_'))]; // digit, speaker, take
var search = new EmbeddingSearch(model.Embed([.. files.Select(file => Mel(Read(file)))], new EmbeddingOptions { Layer = 1, Parts = 5 }));
foreach (int query in new[] { 0, 58, 103 })
{
    var found = search.Nearest(query).Take(5).Select(hit => $"{string.Join('_', parts[hit.Clip])} {hit.Cosine:F2}");
    Console.WriteLine($"{string.Join('_', parts[query]),-14} is like  {string.Join("   ", found)}");
}

double any = Precision(otherSpeakersOnly: false), others = Precision(otherSpeakersOnly: true);
Console.WriteLine($"The nearest is the same digit: {any:P0} (chance {11 / 119.0:P0}); of other speakers: {others:P0} (chance {0.1:P0})\n");

// 2. Tokens: copies of 18 clips that were made quieter, noisy or narrow, each found by the share of its bits that an original has too.
string[] clips = Files("clips", "*.flac");
float[][] sounds = [.. clips.Select(Read)];
int[][] tokens = Tokens(sounds);
bool allFound = true;
foreach (var (name, change) in Copies.All)
{
    int[][] copies = Tokens([.. sounds.Select(change)]);
    var shares = Array.ConvertAll(copies, copy =>
        Array.ConvertAll(tokens, original => Copies.EqualBits(original, copy, model.Options.Quantizer.Bits)));
    double[] right = [.. shares.Select((share, i) => share[i])];
    double[] wrong = [.. shares.Select((share, i) => share.Where((_, k) => k != i).Max())];
    double[] margins = [.. right.Zip(wrong, (a, b) => a - b)];
    int found = margins.Count(margin => margin > 0);
    Console.WriteLine($"{name,-20} {found} of {clips.Length} found: {right.Average():P0} of bits equal, at least {right.Min():P0}; " +
        $"in the best wrong clip {wrong.Average():P0}, margin at least {margins.Min():P0}");
    allFound &= found == clips.Length;
}

return allFound && any > 0.4 && others > 0.2 ? 0 : 1;

string[] Files(string folder, string pattern)
{
    string path = Path.Combine(AppContext.BaseDirectory, folder);
    return [.. Directory.GetFiles(path, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}

float[] Read(string file) => AudioFile.Read(file, model.Mel.SampleRate).Samples;

ReadOnlyMemory<float> Mel(float[] samples) => mel.Extract(samples);

int[][] Tokens(float[][] waveforms) => model.Encode([.. waveforms.Select(Mel)]);

double Precision(bool otherSpeakersOnly) => Enumerable.Range(0, files.Length).Average(query =>
{
    int found = search.Nearest(query).First(hit => !otherSpeakersOnly || parts[hit.Clip][1] != parts[query][1]).Clip;
    return parts[found][0] == parts[query][0] ? 1.0 : 0;
});
