using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AudioBsq.Cli.Corpus;

/// <summary>What a worker knows of a whole manifest: some 40 bytes a clip.</summary>
/// <param name="Hash">SHA-256 of all clips: ids, names, parts and lengths. It depends on no place of a machine.</param>
/// <param name="Seconds">The length of each clip; NaN where the manifest does not say it.</param>
internal sealed record ManifestIndex(string Hash, IReadOnlyList<double> Seconds)
{
    public int Clips => Seconds.Count;

    /// <summary>Reads a manifest through once.</summary>
    /// <exception cref="InvalidDataException">It holds no clip, one that cannot be read, or an id twice.</exception>
    public static ManifestIndex Of(CorpusManifest manifest, string name, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var ids = new HashSet<UInt128>();
        var seconds = new List<double>();
        foreach (var clip in manifest.Clips())
        {
            cancellation.ThrowIfCancellationRequested();
            if (!ids.Add(KeyOf(clip.Id)))
            {
                throw new InvalidDataException(
                    $"'{name}' has two clips with the id '{clip.Id}'; the second is clip {seconds.Count + 1:N0}.");
            }
            hash.AppendData(Line(clip));
            seconds.Add(clip.Seconds ?? (clip.Part is { End: { } end } part ? end - part.Start : double.NaN));
        }

        if (seconds.Count == 0) throw new InvalidDataException($"'{name}' holds no clip.");
        return new ManifestIndex(Convert.ToHexStringLower(hash.GetHashAndReset()), seconds);
    }

    /// <summary>The lengths, those that the manifest does not say from the files' headers; 0 where a file cannot be read.</summary>
    public static IEnumerable<double> Measured(CorpusManifest manifest, CancellationToken cancellation)
    {
        foreach (var clip in manifest.Clips())
        {
            cancellation.ThrowIfCancellationRequested();
            double start = clip.Part?.Start ?? 0;
            yield return clip.Seconds ?? Math.Max(0, (clip.Part?.End ?? LengthOf(clip.Path)) - start);
        }
    }

    private static double LengthOf(string path)
    {
        try
        {
            return ClipSound.Describe(path).Seconds ?? 0;
        }
        catch (Exception failure) when (ClipSound.IsUnreadable(failure))
        {
            return 0;
        }
    }

    private static UInt128 KeyOf(string id)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return new UInt128(BitConverter.ToUInt64(hash, 0), BitConverter.ToUInt64(hash, 8));
    }

    private static byte[] Line(CorpusClip clip) => JsonSerializer.SerializeToUtf8Bytes(
        new object?[] { clip.Id, clip.Name, clip.Part?.Start, clip.Part?.End, clip.Seconds });
}
