using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>Loads a tokenizer where nothing of this project was touched before, and prints what its tokens are.</summary>
internal static class FreshTokens
{
    /// <summary>One line for each file of a folder. Uses ML.NET alone.</summary>
    public static void Print(string model, string folder)
    {
        var ml = new MLContext();
        foreach (string line in Lines(ml, ml.Model.Load(model, out _), Directory.GetFiles(folder, "*.wav"))) Console.WriteLine(line);
    }

    /// <summary>One line for each file: its name, the number of its tokens, and their hash.</summary>
    public static IEnumerable<string> Lines(MLContext ml, ITransformer model, IEnumerable<string> files)
    {
        var data = model.Transform(
            ml.Data.LoadFromEnumerable(files.Order(StringComparer.Ordinal).Select(path => new PathRow { Path = path })));
        var (path, tokens) = (data.Schema["Path"], data.Schema["Tokens"]);
        using var cursor = data.GetRowCursor([path, tokens]);
        var (readPath, readTokens) = (cursor.GetGetter<ReadOnlyMemory<char>>(path), cursor.GetGetter<VBuffer<uint>>(tokens));
        ReadOnlyMemory<char> name = default;
        VBuffer<uint> keys = default;
        while (cursor.MoveNext())
        {
            readPath(ref name);
            readTokens(ref keys);
            yield return $"{Path.GetFileName(name.ToString())} {keys.Length} {Hash(keys.DenseValues())}";
        }
    }

    public static string Hash(IEnumerable<uint> keys) => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<uint>(keys.ToArray())));

    private sealed class PathRow
    {
        public string Path { get; set; } = "";
    }
}
