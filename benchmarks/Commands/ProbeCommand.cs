using System.CommandLine;
using System.CommandLine.Parsing;
using AudioBsq.Benchmarks.Performance;
using AudioBsq.Benchmarks.Probing;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>probe</c>: how well digits are told apart by encoders' embeddings.</summary>
internal sealed class ProbeCommand : Command
{
    private const int UntrainedSeeds = 3;

    private readonly Argument<DirectoryInfo> _folder = Inputs.Digits();

    private readonly Option<string[]> _models = new("--model")
    {
        Description = "A model, a .safetensors file or a tokenizer's zip, and its name in the table; may be repeated",
        HelpName = "NAME=FILE",
        Required = true,
    };

    private readonly Option<int?> _layer = new("--layer")
    {
        Description = "Block whose features are pooled, 0 for those before the first; the last by default",
        HelpName = "N",
    };

    private readonly Option<bool> _allLayers = new("--all-layers") { Description = "Every block, one after another" };
    private readonly Option<int> _parts = Inputs.Count("--parts", 3, "Parts of a recording that are pooled apart");
    private readonly Option<bool> _perRow = new("--per-row") { Description = "Pool each row of patches by itself" };

    public ProbeCommand() : base(
        "probe",
        "Train a linear classifier on embeddings of spoken digits and try it on a speaker it has not heard, for each speaker in turn. "
        + "Beside the models: pooled mel levels, and the first model's encoder with random weights.")
    {
        Add(_folder);
        foreach (var option in (Option[])[_models, _layer, _allLayers, _parts, _perRow]) Add(option);
        _models.Validators.Add(RefuseNameless);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        var digits = SpokenDigit.ReadAll(arguments.GetRequiredValue(_folder));
        var embedding = new EmbeddingOptions
        {
            Layer = arguments.GetValue(_layer),
            Parts = arguments.GetValue(_parts),
            PerRow = arguments.GetValue(_perRow),
        };
        var probe = new HeldOutSpeakers(digits);
        var table = new MarkdownTable("features", "layer", "values", "accuracy", "of the speakers");
        AudioBsqOptions? first = null;
        foreach (string[] nameAndFile in arguments.GetRequiredValue(_models).Select(text => text.Split('=', 2)))
        {
            var (name, file) = (nameAndFile[0], nameAndFile[1]);
            using var model = new LoadedModel(file);
            var mels = Mels(digits, model.Model.Mel);
            if (first is null)
            {
                first = model.Model.Options;
                Add("chance", null, 0, [1.0 / digits.Select(digit => digit.Digit).Distinct().Count()]);
                float[][] levels = Array.ConvertAll(mels, mel => PooledMel.Of(mel.ToArray(), first.Bands, embedding));
                Add("mel levels", null, levels[0].Length, probe.Accuracies(levels, HeldOutSpeakers.Linear));
                foreach (int layer in Layers(first)) AddUntrained(model.Model, mels, layer);
            }

            foreach (int layer in Layers(model.Model.Options))
            {
                float[][] features = model.Model.Embed(mels, embedding with { Layer = layer });
                Add(name, layer, features[0].Length, probe.Accuracies(features, HeldOutSpeakers.Linear));
            }
        }

        Console.WriteLine($"{digits.Length} recordings of {digits.Select(digit => digit.Speaker).Distinct().Count()} speakers\n");
        Console.Write(table);

        IEnumerable<int> Layers(AudioBsqOptions options) => arguments.GetValue(_allLayers)
            ? Enumerable.Range(0, options.Encoder.Layers + 1)
            : [embedding.Layer ?? options.Encoder.Layers];

        void AddUntrained(AudioBsqModel like, ReadOnlyMemory<float>[] mels, int layer)
        {
            double[][] runs = [.. Enumerable.Range(1, UntrainedSeeds).Select(seed =>
            {
                using var untrained = AudioBsqModel.Create(like.Options, like.Mel, seed);
                return probe.Accuracies(untrained.Embed(mels, embedding with { Layer = layer }), HeldOutSpeakers.Linear);
            })];
            int size = (embedding with { Layer = layer }).SizeOf(like.Options);
            Add($"untrained, mean of {UntrainedSeeds}", layer, size, [.. runs[0].Select((_, i) => runs.Average(run => run[i]))]);
        }

        void Add(string name, int? layer, int values, double[] accuracies) => table.Add(
            name,
            layer is { } number ? $"{number}" : "",
            values == 0 ? "" : $"{values}",
            MarkdownTable.Percent(accuracies.Average()),
            $"{MarkdownTable.Percent(accuracies.Min())} to {MarkdownTable.Percent(accuracies.Max())}");
    }

    private static ReadOnlyMemory<float>[] Mels(SpokenDigit[] digits, MelOptions options)
    {
        var mel = new MelSpectrogram(options);
        return Array.ConvertAll(digits, digit => (ReadOnlyMemory<float>)mel.Extract(digit.Samples(options.SampleRate)));
    }

    private static void RefuseNameless(OptionResult result)
    {
        foreach (string text in result.Tokens.Select(token => token.Value))
        {
            if (text.IndexOf('=') is var at && (at < 1 || !File.Exists(text[(at + 1)..])))
                result.AddError($"--model must be NAME=FILE of a file that exists; it is '{text}'.");
        }
    }

    /// <summary>A model of its own file, or of a saved pipeline that owns it.</summary>
    private sealed class LoadedModel : IDisposable
    {
        private readonly IDisposable _owner;

        public LoadedModel(string file)
        {
            if (Path.GetExtension(file) == ".zip")
            {
                var saved = (TransformerChain<ITransformer>)new MLContext().Model.Load(file, out _);
                (Model, _owner) = (Speech.ModelOf(saved), saved);
            }
            else _owner = Model = AudioBsqModel.Load(file);
        }

        public AudioBsqModel Model { get; }

        public void Dispose() => _owner.Dispose();
    }
}
