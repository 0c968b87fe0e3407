using System.CommandLine;
using AudioBsq.Benchmarks.Performance;
using AudioBsq.Benchmarks.Probing;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>digits</c>: spoken digits by the shipped models' tokens and embeddings, beside mel levels and chance.</summary>
internal sealed class DigitsCommand : Command
{
    private const int Seeds = 3;

    private readonly Argument<DirectoryInfo> _folder = Inputs.Digits();

    private readonly Option<int> _parts = Inputs.Count("--parts", 3, "Parts of a recording that are pooled apart");

    public DigitsCommand() : base(
        "digits", "Recognize digits of speakers not heard before, by tokens and embeddings of the shipped models, mel levels, and chance.")
    {
        Add(_folder);
        Add(_parts);
        SetAction(arguments => Run(SpokenDigit.ReadAll(arguments.GetRequiredValue(_folder)), arguments.GetValue(_parts)));
    }

    private static void Run(SpokenDigit[] digits, int parts)
    {
        var speakers = new HeldOutSpeakers(digits);
        var table = new MarkdownTable("features", "values", "linear", $"SDCA, {Seeds} seeds", $"LightGBM, {Seeds} seeds");
        string chance = MarkdownTable.Percent(1.0 / digits.Select(digit => digit.Digit).Distinct().Count());
        table.Add("chance", "", chance, chance, chance);
        var mel = new MelSpectrogram(new MelOptions());
        float[][] mels = [.. digits.Select(digit => mel.Extract(digit.Samples(mel.Options.SampleRate)))];
        Add("mean mel levels", mels.Select(one => PooledMel.Of(one, mel.Options.Bands, new EmbeddingOptions { Deviation = false })));
        var inParts = new EmbeddingOptions { Parts = parts };
        Add($"mel levels, mean and deviation, {parts} parts", mels.Select(one => PooledMel.Of(one, mel.Options.Bands, inParts)));
        foreach (var pretrained in PretrainedAudioModels.All)
        {
            using var model = pretrained.LoadTokenizer();
            int bits = model.Options.BitsPerToken;
            int[][] tokens = [.. mels.Select(one => model.Encode(one))];
            Add($"{pretrained}: tokens, histogram of {Math.Min(bits, 9)} bits", Ngrams(tokens, bits, new() { SymbolBits = 9 }));
            var changes = new TokenNgramOptions { SymbolBits = 1, Length = 2, Parts = parts };
            Add($"{pretrained}: tokens, bits and their changes, {parts} parts", Ngrams(tokens, bits, changes));
            ReadOnlyMemory<float>[] inputs = [.. mels.Select(one => (ReadOnlyMemory<float>)one)];
            for (int layer = 0; layer <= model.Options.Encoder.Layers; layer++)
                Add($"{pretrained}: embedding, layer {layer}, {parts} parts", model.Embed(inputs, inParts with { Layer = layer }));
        }

        Console.WriteLine($"{digits.Length} recordings of {digits.Select(digit => digit.Speaker).Distinct().Count()} speakers\n");
        Console.Write(table);

        void Add(string name, IEnumerable<float[]> rows)
        {
            float[][] features = [.. rows];
            table.Add(
                name,
                $"{features[0].Length}",
                MarkdownTable.Percent(speakers.Accuracies(features, HeldOutSpeakers.Linear).Average()),
                OfSeeds(seed => speakers.Accuracies(features, HeldOutSpeakers.Sdca, seed)),
                OfSeeds(seed => speakers.Accuracies(features, HeldOutSpeakers.Trees(seed), seed)));
        }
    }

    private static string OfSeeds(Func<int, double[]> accuracies)
    {
        double[] means = [.. Enumerable.Range(1, Seeds).Select(seed => accuracies(seed).Average())];
        return $"{MarkdownTable.Percent(means.Average())} ({MarkdownTable.Percent(means.Min())} to {MarkdownTable.Percent(means.Max())})";
    }

    private static IEnumerable<float[]> Ngrams(int[][] tokens, int bits, TokenNgramOptions options)
    {
        var ml = new MLContext();
        var schema = SchemaDefinition.Create(typeof(Clip));
        schema["Keys"].ColumnType = new VectorDataViewType(new KeyDataViewType(typeof(uint), 1UL << bits));
        var clips = tokens.Select(one => new Clip { Keys = Array.ConvertAll(one, token => (uint)token + 1) });
        var data = ml.Data.LoadFromEnumerable(clips, schema);
        return ml.Transforms.ProduceTokenNgrams("Features", "Keys", options).Fit(data).Transform(data).GetColumn<float[]>("Features");
    }

    private sealed class Clip
    {
        public uint[] Keys { get; set; } = [];
    }
}
