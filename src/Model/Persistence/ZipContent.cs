using System.IO.Compression;

namespace AudioBsq.Persistence;

/// <summary>Says what a zip is that was taken for a safetensors file.</summary>
internal static class ZipContent
{
    private const string Pipeline =
        "an ML.NET pipeline: load it with mlContext.Model.Load, and take the Model of the AudioTokenizerTransformer in it";

    private const string Checkpoint = "a PyTorch checkpoint (.pth, .pt), which must be converted first, as described in docs/import.md";

    /// <summary>The error for a stream of whose beginning <paramref name="read"/> bytes were read.</summary>
    public static InvalidDataException Refusal(Stream stream, string name, int read) =>
        new($"{name} is no safetensors file but a zip: {(stream.CanSeek ? Of(stream, stream.Position - read) : Unknown)}.");

    private static string Unknown => $"perhaps {Pipeline}; perhaps {Checkpoint}";

    private static string Of(Stream stream, long start)
    {
        try
        {
            stream.Position = start;
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            var names = zip.Entries.Select(entry => entry.Name).ToHashSet();
            return names.Contains("Model.key") ? Pipeline : names.Contains("data.pkl") ? Checkpoint : Unknown;
        }
        catch (InvalidDataException)
        {
            return Unknown;
        }
    }
}
