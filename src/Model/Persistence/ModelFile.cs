using System.Security.Cryptography;
using System.Text;
using AudioBsq.Networks;
using AudioBsq.Signal;
using static TorchSharp.torch;

namespace AudioBsq.Persistence;

/// <summary>
/// A model as one safetensors file, which Python can read: the weights under their network names, and in the header's metadata
/// <c>format</c>, <c>version</c>, <c>parts</c>, <c>options</c> and <c>mel</c> (the two records as JSON), and <c>sha256</c>, the hash of those
/// two texts and of the data, in capital hexadecimal digits.
/// </summary>
internal static class ModelFile
{
    private const string Format = "audiobsq-model", Version = "1";

    public static void Write(Stream stream, AudioBsqModel model, ModelParts parts)
    {
        var tensors = model.Network.state_dict().Where(entry => Belongs(entry.Key, parts)).OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        var layout = tensors.Select(entry => (entry.Key, TypeOf(entry.Value.dtype), (IReadOnlyList<long>)entry.Value.shape)).ToList();
        string options = OptionsJson.Write(model.Options), mel = OptionsJson.Write(model.Mel);
        using var hash = HashOf(options, mel);
        foreach (var (_, tensor) in tensors) hash.AppendData(BytesOf(tensor));
        SafetensorsWriter.Write(stream, layout, i => BytesOf(tensors[i].Value), new Dictionary<string, string>
        {
            ["format"] = Format,
            ["version"] = Version,
            ["parts"] = parts.ToString(),
            ["options"] = options,
            ["mel"] = mel,
            ["sha256"] = Convert.ToHexString(hash.GetHashAndReset()),
        });
    }

    /// <exception cref="InvalidDataException">It is not a whole model file; the message names <paramref name="name"/>.</exception>
    public static AudioBsqModel Read(Stream stream, string name, Device device)
    {
        var file = new SafetensorsReader(stream, name);
        string Metadata(string key) => file.Metadata.GetValueOrDefault(key) ?? throw new InvalidDataException($"{name} is no model file: its header has no '{key}'.");
        if (Metadata("format") != Format) throw new InvalidDataException($"{name} is no model file: its format is '{Metadata("format")}'.");
        if (Metadata("version") != Version) throw new InvalidDataException($"{name} has version {Metadata("version")} of the model format; this is version {Version}. Load it with a newer release.");
        if (!Enum.TryParse(Metadata("parts"), out ModelParts parts) || parts is 0 or > ModelParts.All) throw new InvalidDataException($"{name} holds unknown parts '{Metadata("parts")}'.");
        var options = OptionsJson.Read<AudioBsqOptions>(Metadata("options"), name, o => o.Validate());
        var mel = OptionsJson.Read<MelOptions>(Metadata("mel"), name, m => m.Validate());
        if (mel.Bands != options.Bands) throw new InvalidDataException($"{name} is for {options.Bands} bands and its mel spectrograms have {mel.Bands}.");
        CheckSize(file, options, parts, name);

        var network = new AudioBsqNetwork(options);
        try
        {
            using var hash = HashOf(Metadata("options"), Metadata("mel"));
            CopyWeights(file, network, parts, name, hash);
            if (Metadata("sha256") != Convert.ToHexString(hash.GetHashAndReset()))
                throw new InvalidDataException($"{name} is damaged: its weights or options are not those that were saved (SHA-256 differs).");
            return new AudioBsqModel(network, mel, device, parts);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    // Options can ask for any amount of memory; weights that are really there cannot. So the network is built only if the file can fill it.
    private static void CheckSize(SafetensorsReader file, AudioBsqOptions options, ModelParts parts, string name)
    {
        double expected = NetworkSize.Parameters(options, parts);
        double found = file.Tensors.Sum(tensor => tensor.Shape.Aggregate(1.0, (n, d) => n * d));
        if (expected > found) throw new InvalidDataException($"{name} holds {found:N0} numbers; its options ask for {expected:N0} weights.");
    }

    // A zip's own checksums are not looked at by those who read it, and other weights would silently give other tokens.
    private static IncrementalHash HashOf(string options, string mel)
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(options));
        hash.AppendData(Encoding.UTF8.GetBytes(mel));
        return hash;
    }

    private static void CopyWeights(SafetensorsReader file, AudioBsqNetwork network, ModelParts parts, string name, IncrementalHash hash)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var missing = network.state_dict().Where(entry => Belongs(entry.Key, parts)).ToDictionary();
        foreach (var source in file.ReadTensors())
        {
            if (!missing.Remove(source.Name, out var target)) throw new InvalidDataException($"{name} holds '{source.Name}', which its network has no place for.");
            if (!target.shape.SequenceEqual(source.Shape)) throw new InvalidDataException($"{name} holds '{source.Name}' as [{string.Join(", ", source.Shape)}]; the network asks for [{string.Join(", ", target.shape)}].");
            if (source.Type != TypeOf(target.dtype)) throw new InvalidDataException($"{name} holds '{source.Name}' as {source.Type}; the network asks for {TypeOf(target.dtype)}.");
            target.bytes = source.Data;
            hash.AppendData(source.Data);
        }

        if (missing.Count > 0) throw new InvalidDataException($"{name} lacks {missing.Count} tensors: {string.Join(", ", missing.Keys.Take(5))}{(missing.Count > 5 ? ", …" : ".")}");
    }

    private static bool Belongs(string name, ModelParts parts)
    {
        bool decoder = name.StartsWith("decoder.", StringComparison.Ordinal) || name.StartsWith("post_quant_embed.", StringComparison.Ordinal);
        return parts.HasFlag(decoder ? ModelParts.Decoder : ModelParts.Encoder);
    }

    private static byte[] BytesOf(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().contiguous().bytes.ToArray();
    }

    private static SafetensorsType TypeOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => SafetensorsType.F32,
        ScalarType.Int64 => SafetensorsType.I64,
        _ => throw new NotSupportedException($"Weights of type {type} are not saved."),
    };
}
