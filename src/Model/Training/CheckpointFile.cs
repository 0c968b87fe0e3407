using System.Security.Cryptography;
using System.Text;
using AudioBsq.Persistence;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>
/// One checkpoint as a safetensors file. The header's metadata hold the state as JSON and the SHA-256 of the state and of all numbers, so that any damage is found.
/// </summary>
internal static class CheckpointFile
{
    private const string Format = "audiobsq-checkpoint", Version = "1";
    private static readonly string NoHash = new('0', 64);

    public static void Write(Stream stream, CheckpointState state, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        string json = OptionsJson.Write(state);
        var metadata = new Dictionary<string, string> { ["format"] = Format, ["version"] = Version, ["state"] = json, ["sha256"] = NoHash };
        var layout = tensors.Select(t => (t.Name, NetworkWeights.TypeOf(t.Tensor.dtype), (IReadOnlyList<long>)t.Tensor.shape)).ToList();
        using var hash = Started(json);
        SafetensorsWriter.Write(stream, layout, i => Hashed(hash, NetworkWeights.BytesOf(tensors[i].Tensor)), metadata);

        // The hash is known only now; its place in the header was kept. It comes before the state in the file: keys are in order.
        stream.Position = HashPosition(stream);
        stream.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash.GetHashAndReset())));
    }

    /// <summary>The state, after all of the file was read and found whole.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or no checkpoint.</exception>
    public static CheckpointState ReadState(string path)
    {
        using var stream = File.OpenRead(path);
        var file = new SafetensorsReader(stream, path);
        string Metadata(string key) => file.Metadata.GetValueOrDefault(key) ?? throw new InvalidDataException($"{path} is no checkpoint: its header has no '{key}'.");
        if (Metadata("format") != Format) throw new InvalidDataException($"{path} is no checkpoint: its format is '{Metadata("format")}'.");
        if (Metadata("version") != Version) throw new InvalidDataException($"{path} has version {Metadata("version")} of the checkpoint format; this is version {Version}.");
        using var hash = Started(Metadata("state"));
        foreach (var tensor in file.ReadTensors()) hash.AppendData(tensor.Data);
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != Metadata("sha256")) throw new InvalidDataException($"{path} is damaged: its SHA-256 is not the one it names.");
        return OptionsJson.Read<CheckpointState>(Metadata("state"), path, _ => { });
    }

    /// <summary>Copies the file's numbers into tensors of the same names and shapes.</summary>
    /// <exception cref="InvalidDataException">Names or shapes are not the same.</exception>
    public static void ReadTensors(string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        using var stream = File.OpenRead(path);
        using var noGradients = no_grad();
        var missing = tensors.ToDictionary(t => t.Name, t => t.Tensor);
        foreach (var source in new SafetensorsReader(stream, path).ReadTensors())
        {
            using var scope = NewDisposeScope();
            if (!missing.Remove(source.Name, out var target) || !target.shape.SequenceEqual(source.Shape))
                throw new InvalidDataException($"{path} holds '{source.Name}' ({string.Join(", ", source.Shape)}), which this run has no place for.");
            target.copy_(NetworkWeights.ToTensor(source));
        }

        if (missing.Count > 0) throw new InvalidDataException($"{path} lacks {missing.Count} tensors, such as '{missing.Keys.First()}'.");
    }

    private static IncrementalHash Started(string state)
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(state));
        return hash;
    }

    private static byte[] Hashed(IncrementalHash hash, byte[] bytes)
    {
        hash.AppendData(bytes);
        return bytes;
    }

    private static long HashPosition(Stream stream)
    {
        stream.Position = 0;
        byte[] start = new byte[(int)Math.Min(stream.Length, 4096)];
        stream.ReadExactly(start);
        int at = start.AsSpan().IndexOf(Encoding.ASCII.GetBytes(NoHash));
        return at > 0 ? at : throw new InvalidOperationException("The header has no place for the hash.");
    }
}
