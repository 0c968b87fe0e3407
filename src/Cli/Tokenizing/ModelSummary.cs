using System.Globalization;
using AudioBsq.Cli.Console;
using AudioBsq.Inference;
using AudioBsq.MLNet;
using AudioBsq.Networks;
using AudioBsq.Signal;
using Microsoft.ML;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>The content of a model's zip: its transformers in order, and all options of its tokenizer.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Path">The zip, or the name of a model that comes with the program.</param>
/// <param name="Bytes">Length of the zip.</param>
/// <param name="Steps">Its transformers.</param>
/// <param name="Tokenizer">What is known of its tokenizer, if it has one.</param>
internal sealed record ModelSummary(
    string Kind, string Path, long? Bytes, IReadOnlyList<ModelSummary.Step> Steps, ModelSummary.TokenizerModel? Tokenizer) : ISummary
{
    public static ModelSummary Of(string path)
    {
        var ml = new MLContext { GpuDeviceId = -1 };
        using var saved = SavedModel.Load(ml, path);
        var tokenizer = saved.Transformers.OfType<AudioTokenizerTransformer>().FirstOrDefault();
        long? bytes = saved.Shipped is null ? new FileInfo(path).Length : null;
        return new ModelSummary(
            "model", path, bytes, [.. StepsOf(saved)], tokenizer is null ? null : TokenizerModel.Of(tokenizer.Model));
    }

    public IEnumerable<(string Name, string Value)> Rows()
    {
        var culture = CultureInfo.InvariantCulture;
        yield return ("Model", Path);
        if (Bytes is not null) yield return ("File size", string.Create(culture, $"{Bytes:N0} bytes"));
        for (int i = 0; i < Steps.Count; i++) yield return (string.Create(culture, $"Step {i + 1}"), Steps[i].ToString());
        if (Tokenizer is not { Mel: var mel, Model: var model }) yield break;
        foreach (var row in MelDescription.Rows(mel)) yield return row;
        string windows = string.Create(culture, $"windows of {model.WindowFrames} frames");
        yield return ("Patches", string.Create(culture, $"{model.PatchFrames} frames × {model.PatchBands} bands, {windows}"));
        yield return ("Streams", Tokenizer.DescribeStreams());
        yield return ("Encoder", Describe(model.Encoder));
        yield return ("Decoder", Describe(model.EffectiveDecoder));
        yield return ("Parameters", string.Create(culture, $"{Tokenizer.Parameters:N0}"));
        yield return ("Fingerprint", Tokenizer.Fingerprint);
        yield return (
            "Tokens",
            string.Create(
                culture, $"{Tokenizer.TokensPerSecond:N1} a second of {Tokenizer.BitsPerToken} bits, {Tokenizer.BitsPerSecond:N0} bit/s"));
    }

    private static IEnumerable<Step> StepsOf(SavedModel saved)
    {
        var schema = saved.Schema;
        foreach (var transformer in saved.Transformers)
        {
            int known = schema?.Count ?? 0;
            schema = schema is null ? null : transformer.GetOutputSchema(schema);
            string name = transformer.GetType().Name;
            string[] columns = schema is null ? [] : [.. schema.Skip(known).Select(column => $"{column.Name}: {column.Type}")];
            yield return new Step(
                name.EndsWith("Transformer", StringComparison.Ordinal) ? name[..^"Transformer".Length] : name, InputOf(transformer),
                columns);
        }
    }

    private static string? InputOf(ITransformer transformer) => transformer switch
    {
        AudioLoadingTransformer loading => loading.InputColumnName,
        MelSpectrogramTransformer mel => mel.InputColumnName,
        AudioTokenizerTransformer tokenizer => tokenizer.InputColumnName,
        AudioReconstructionTransformer reconstruction => reconstruction.InputColumnName,
        _ => null,
    };

    private static string Describe(NetworkOptions network) => string.Create(CultureInfo.InvariantCulture,
        $"{network.Layers} blocks of width {network.Width} with {network.Heads} heads{(network.UseConvModule ? " and convolution" : "")}");

    /// <summary>One transformer: its type, its input column where that is known, and the columns that it adds, with their types.</summary>
    internal sealed record Step(string Transformer, string? Input, IReadOnlyList<string> Adds)
    {
        public override string ToString() => $"{Transformer}{(Input is null ? "" : $", {Input}")} → {string.Join(", ", Adds)}";
    }

    /// <summary>A tokenizer's options, and what follows from them.</summary>
    /// <param name="Mel">Its mel spectrograms.</param>
    /// <param name="Model">Its network.</param>
    /// <param name="Fingerprint">What identifies options and weights, as in the containers that the model writes.</param>
    /// <param name="Parameters">Number of weights.</param>
    /// <param name="BitsPerToken">Tokens are from 0 to 2^bits − 1.</param>
    /// <param name="TokensPerSecond">Tokens for a second of sound.</param>
    /// <param name="BitsPerSecond">Bit rate of the tokens.</param>
    /// <param name="Causal">Whether tokens depend only on what came before.</param>
    /// <param name="PastSteps">Earlier time steps that a block of a causal encoder attends to; null for any other.</param>
    /// <param name="LatencyMilliseconds">Longest delay from live sound to its tokens; null where they need the whole file.</param>
    internal sealed record TokenizerModel(
        MelOptions Mel, AudioBsqOptions Model, string Fingerprint, long Parameters, int BitsPerToken, double TokensPerSecond,
        double BitsPerSecond, bool Causal, int? PastSteps, double? LatencyMilliseconds)
    {
        public static TokenizerModel Of(AudioBsqModel model)
        {
            var options = model.Options;
            return new TokenizerModel(
                model.Mel, options, model.Fingerprint, model.ParameterCount, options.BitsPerToken, model.TokensPerSecond,
                model.TokensPerSecond * options.BitsPerToken, options.IsCausal,
                options.IsCausal ? options.PastStepsOf(options.Encoder) : null, LatencyOf(model));
        }

        public string DescribeStreams()
        {
            if (LatencyMilliseconds is not { } latency) return "no: its levels depend on the loudest moment of a whole file";
            string how = Causal ? $"causal, each block looks back {PastSteps:N0} time steps" : "not causal, a window at a time";
            return string.Create(CultureInfo.InvariantCulture, $"{how}; tokens come up to {latency:N0} ms behind the sound");
        }

        private static double? LatencyOf(AudioBsqModel model) =>
            model.Mel.Level == MelLevel.FileMaximum
                ? null
                : 1000.0 * StreamingTokenizer.LatencyOf(model.Options, model.Mel) / model.Mel.SampleRate;
    }
}
