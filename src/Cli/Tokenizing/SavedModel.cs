using AudioBsq.Cli.Console;
using AudioBsq.MLNet;
using AudioBsq.Native;
using Microsoft.ML;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>A zip that <c>mlContext.Model.Save</c> wrote, as a list of its transformers in order; nested chains are flattened.</summary>
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

    /// <exception cref="InvalidDataException">The file is no model, or a damaged one.</exception>
    public static SavedModel Load(MLContext ml, string path)
    {
        if (Directory.Exists(path)) throw new InvalidDataException($"'{path}' is a folder, not a model.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no model '{path}'.", path);
        TorchLibrary.StartLoading(); // meanwhile this thread reads the zip, and compiles what does
        try
        {
            return new SavedModel(ml.Model.Load(path, out var schema), schema, path);
        }
        catch (Exception cause) when (cause is not (OutOfMemoryException or TorchLoadException))
        {
            throw new InvalidDataException($"'{path}' cannot be loaded as a model: {Failure.Reason(cause)}", cause);
        }
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

    private static IEnumerable<ITransformer> Flatten(ITransformer transformer) =>
        transformer is IEnumerable<ITransformer> chain ? chain.SelectMany(Flatten) : [transformer];
}
