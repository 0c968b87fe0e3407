using System.Buffers.Binary;
using AudioBsq.Cli.Console;
using AudioBsq.MLNet;
using AudioBsq.Native;
using AudioBsq.Onnx;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>
/// A model as a list of its transformers in order: a zip that <c>mlContext.Model.Save</c> wrote, nested chains flattened, a file that
/// <c>AudioBsqModel.Save</c> wrote, or a model that comes with the program.
/// </summary>
internal sealed class SavedModel : IDisposable
{
    private readonly ITransformer _model;

    private SavedModel(ITransformer model, DataViewSchema? schema, string path)
    {
        (_model, Schema, Path) = (model, schema, path);
        Transformers = [.. Flatten(model)];
    }

    public string Path { get; }

    /// <summary>The schema of its training data, if that was saved.</summary>
    public DataViewSchema? Schema { get; }

    public IReadOnlyList<ITransformer> Transformers { get; }

    /// <summary>The model that comes with the program, if it is one.</summary>
    public PretrainedAudioModel? Shipped { get; private init; }

    /// <summary>The model of this name that comes with the program; null where there is none, or a file of the name.</summary>
    public static PretrainedAudioModel? FindShipped(string name) => System.IO.Path.Exists(name) ? null : PretrainedAudioModels.Find(name);

    /// <summary>The names of those that come with the program, as a sentence has them.</summary>
    public static string ShippedNames { get; } =
        $"{string.Join(", ", PretrainedAudioModels.All.SkipLast(1))} and {PretrainedAudioModels.All[^1]}";

    /// <param name="ml">The context.</param>
    /// <param name="path">The file, or the name of a model that comes with the program.</param>
    /// <exception cref="InvalidDataException">The file is no model, or a damaged one.</exception>
    public static SavedModel Load(MLContext ml, string path)
    {
        if (Directory.Exists(path)) throw new InvalidDataException($"'{path}' is a folder, not a model.");
        var shipped = FindShipped(path);
        if (shipped is null && !File.Exists(path))
        {
            throw new FileNotFoundException($"There is no model '{path}'. With the program come {ShippedNames}.", path);
        }

        if (!InferenceDevice.PrefersOnnx) TorchLibrary.StartLoading(); // meanwhile this thread reads the zip, and compiles what does
        try
        {
            if (shipped is not null) return Of(ml, shipped, path);
            if (!HoldsWeights(path)) return new SavedModel(ml.Model.Load(path, out var schema), schema, path);
            return Of(ml, new PretrainedAudioModel(path, () => File.OpenRead(path), () => throw new NotSupportedException()), path);
        }
        catch (Exception cause) when (cause is not (OutOfMemoryException or TorchLoadException))
        {
            throw new InvalidDataException($"'{path}' cannot be loaded as a model: {Failure.Reason(cause)}", cause);
        }
    }

    /// <summary>Whether a file begins as safetensors do: with the length of a header in braces.</summary>
    public static bool HoldsWeights(string path)
    {
        Span<byte> head = stackalloc byte[9];
        using var stream = File.OpenRead(path);
        return stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length
            && head[8] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(head) <= (ulong)stream.Length;
    }

    /// <summary>Its only tokenizer.</summary>
    /// <exception cref="InvalidDataException">There is none, or more than one.</exception>
    public AudioTokenizerTransformer Tokenizer =>
        (AudioTokenizerTransformer)Transformers[PlaceOf<AudioTokenizerTransformer>("Transforms.TokenizeAudio")];

    /// <summary>The position of the only transformer of a type.</summary>
    /// <exception cref="InvalidDataException">There is none, or more than one.</exception>
    public int PlaceOf<T>(string madeBy)
    {
        int[] places = [.. Enumerable.Range(0, Transformers.Count).Where(i => Transformers[i] is T)];
        return places is [int place] ? place : throw new InvalidDataException(
            $"'{Path}' holds {(places.Length == 0 ? "no" : $"{places.Length}")} {typeof(T).Name}; "
            + $"a model for this command has one, made by {madeBy}.");
    }

    public void Dispose() => (_model as IDisposable)?.Dispose();

    private static SavedModel Of(MLContext ml, PretrainedAudioModel weights, string path)
    {
        var clips = ml.Data.LoadFromEnumerable<Clip>([]);
        var tokenizer = ml.Transforms.TokenizeAudio("Tokens", "Mel", weights).Fit(ml.Data.LoadFromEnumerable<Spectrogram>([]));
        var mel = tokenizer.Model.Mel;
        var loading = ml.Transforms.LoadAudio("Waveform", nameof(Clip.Path), mel.SampleRate)
            .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", mel));
        var chain = new TransformerChain<ITransformer>(loading.Fit(clips), tokenizer);
        return new SavedModel(chain, clips.Schema, path) { Shipped = FindShipped(path) };
    }

    private static IEnumerable<ITransformer> Flatten(ITransformer transformer) =>
        transformer is IEnumerable<ITransformer> chain ? chain.SelectMany(Flatten) : [transformer];

    private sealed class Clip
    {
        public string Path { get; set; } = "";
    }

    private sealed class Spectrogram
    {
        public float[] Mel { get; set; } = [];
    }
}
