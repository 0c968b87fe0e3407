using System.IO.Compression;

namespace AudioBsq.Persistence;

/// <summary>Says what a zip is that was taken for a model file.</summary>
internal static class ZipContent
{
    private const string Pipeline = "is an ML.NET pipeline: load it with mlContext.Model.Load, whose AudioTokenizerTransformer has the Model";
    private const string Checkpoint = "is a PyTorch checkpoint (.pth, .pt): convert it first, as described in docs/import.md";

    /// <summary>What a stream is, of whose beginning <paramref name="read"/> bytes were read.</summary>
    public static string Describe(Stream stream, int read)
    {
        if (stream.CanSeek)
        {
            try
            {
                stream.Position -= read;
                using var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
                string[] names = [.. zip.Entries.Select(entry => entry.Name)];
                if (names.Contains("Model.key")) return Pipeline;
                if (names.Contains("data.pkl")) return Checkpoint;
            }
            catch (InvalidDataException)
            {
            }
        }

        return $"begins like a zip. An ML.NET pipeline is loaded with mlContext.Model.Load; and what {Checkpoint}";
    }
}
