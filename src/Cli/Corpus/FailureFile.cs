using System.Text;
using System.Text.Json;

namespace AudioBsq.Cli.Corpus;

/// <summary>Writes and reads a shard's failures, one JSON object a line.</summary>
internal static class FailureFile
{
    public static void Add(Stream file, FailedClip failure) =>
        file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(failure, CorpusJson.OneLine) + "\n"));

    /// <exception cref="InvalidDataException">A line is damaged.</exception>
    public static IEnumerable<FailedClip> Read(string path)
    {
        foreach (var (number, line) in ManifestText.Lines(path))
        {
            FailedClip? failure;
            try
            {
                failure = JsonSerializer.Deserialize<FailedClip>(line, CorpusJson.OneLine);
            }
            catch (JsonException damage)
            {
                throw new InvalidDataException($"'{path}', line {number}: {damage.Message}", damage);
            }

            yield return failure ?? throw new InvalidDataException($"'{path}', line {number}: null is no failure.");
        }
    }
}
