using AudioBsq.Cli.Tokenizing;
using Microsoft.ML;

namespace AudioBsq.Cli.Training;

/// <summary>
/// A model whose weights a training run starts from: a tokenizer's zip, a file that <c>AudioBsqModel.Save</c> wrote, or a model that comes
/// with the program.
/// </summary>
internal sealed class FirstModel : IDisposable
{
    private readonly IDisposable _owner;

    private FirstModel(AudioBsqModel model, IDisposable owner) => (Model, _owner) = (model, owner);

    public AudioBsqModel Model { get; }

    /// <exception cref="InvalidDataException">The file is no model, or a damaged one.</exception>
    public static FirstModel Load(MLContext ml, string path)
    {
        if (SavedModel.FindShipped(path) is { } shipped)
        {
            var model = shipped.LoadTokenizer();
            return new FirstModel(model, model);
        }

        if (!IsZip(path))
        {
            var model = AudioBsqModel.Load(path);
            return new FirstModel(model, model);
        }

        var saved = SavedModel.Load(ml, path);
        return new FirstModel(saved.Tokenizer.Model, saved);
    }

    public void Dispose() => _owner.Dispose();

    private static bool IsZip(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no model '{path}' to start from (training.init_from).", path);
        using var file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[4];
        return file.ReadAtLeast(head, 4, throwOnEndOfStream: false) == 4 && head.SequenceEqual("PK\u0003\u0004"u8);
    }
}
