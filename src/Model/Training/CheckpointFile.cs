using AudioBsq.Persistence;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>One checkpoint as a <see cref="WeightsFile"/>, whose text <c>state</c> is the state of the run as JSON.</summary>
internal static class CheckpointFile
{
    private static readonly WeightsFormat Format = new("audiobsq-checkpoint", "checkpoint", "state");

    public static void Write(Stream stream, CheckpointState state, IEnumerable<(string Name, Tensor Tensor)> tensors) =>
        WeightsFile.Write(
            stream, Format, new Dictionary<string, string> { ["state"] = OptionsJson.Write(state) },
            tensors.Select(entry => NamedWeights.Of(entry.Name, entry.Tensor)));

    /// <summary>Reads the state, after checking the whole file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or no checkpoint.</exception>
    public static CheckpointState ReadState(string path)
    {
        using var stream = File.OpenRead(path);
        using var file = new WeightsFile(stream, path, Format);
        foreach (var _ in file.Reader.ReadTensors())
        {
            // reading adds the tensor to the hash
        }

        file.CheckHash();
        return OptionsJson.Read<CheckpointState>(file.Text("state"), path, _ => { });
    }

    /// <summary>Copies the file's values into tensors of the same names and shapes.</summary>
    /// <exception cref="InvalidDataException">Names or shapes are not the same.</exception>
    public static void ReadTensors(string path, IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        using var stream = File.OpenRead(path);
        using var noGradients = no_grad();
        var missing = tensors.ToDictionary(t => t.Name, t => t.Tensor);
        foreach (var source in new SafetensorsReader(stream, path).ReadTensors())
        {
            using var scope = NewDisposeScope();
            if (!missing.Remove(source.Name, out var target) || !target.shape.SequenceEqual(source.Shape))
            {
                throw new InvalidDataException(
                    $"{path} has '{source.Name}' ({string.Join(", ", source.Shape)}), which this run does not have.");
            }

            target.copy_(NetworkWeights.ToTensor(source));
        }

        if (missing.Count > 0) throw new InvalidDataException($"{path} lacks {missing.Count} tensors, such as '{missing.Keys.First()}'.");
    }
}
