using System.IO.Compression;
using System.Runtime.CompilerServices;
using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>
/// Refuses a model's zip that would become far larger than a model of its size is, before anything of it is unpacked: ML.NET unpacks
/// entries whole, into the folder for temporary files.
/// </summary>
internal static class ZipExpansion
{
    // Weights look like noise and shrink by about a tenth; deflate can shrink zeros to a thousandth.
    private const double Most = 100;
    private const long Always = 1 << 20; // what a short entry of text may become

    /// <exception cref="InvalidDataException">An entry claims to be more than any model's entry can be.</exception>
    public static void Check(Repository repository)
    {
        if (repository is not RepositoryReader reader) return;
        foreach (var entry in Archive(reader).Entries)
        {
            if (entry.Length > Always && entry.Length > Most * entry.CompressedLength)
                throw new InvalidDataException(
                    $"The model file's entry '{entry.FullName}' has {entry.CompressedLength:N0} bytes and would become "
                    + $"{entry.Length:N0}, which is out of proportion.");
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_archive")]
    private static extern ref ZipArchive Archive(RepositoryReader reader);
}
