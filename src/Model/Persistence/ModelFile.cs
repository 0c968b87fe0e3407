using System.Security.Cryptography;
using System.Text;
using AudioBsq.Signal;
using static TorchSharp.torch;

namespace AudioBsq.Persistence;

/// <summary>
/// A model as one safetensors file, which Python can read: the weights under their network names, and in the header's metadata
/// <c>format</c>, <c>version</c>, <c>parts</c>, <c>options</c> and <c>mel</c> (the two records as JSON), of a half <c>rest</c> (the SHA-256 of the
/// other half's data, for the fingerprint), and <c>sha256</c>, the hash of these three texts and of the data, in capital hexadecimal digits.
/// </summary>
internal static class ModelFile
{
    private const string Format = "audiobsq-model", Version = "1";

    public static void Write(Stream stream, AudioBsqModel model, ModelParts parts)
    {
        string options = OptionsJson.Write(model.Options), mel = OptionsJson.Write(model.Mel);
        string rest = RestOf(model, parts);
        using var hash = HashOf(options, mel, rest);
        NetworkWeights.AppendTo(hash, model.Network, parts);
        var metadata = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["version"] = Version,
            ["parts"] = parts.ToString(),
            ["options"] = options,
            ["mel"] = mel,
            ["sha256"] = Convert.ToHexString(hash.GetHashAndReset()),
        };
        if (rest.Length > 0) metadata["rest"] = rest;
        NetworkWeights.Write(stream, model.Network, parts, metadata);
    }

    // Files that do not say what tells positions apart have the table.
    private static AudioBsqOptions Complete(AudioBsqOptions options, string json) => json.Contains($"\"{nameof(Compatibility.LearnedPositions)}\"", StringComparison.Ordinal)
        ? options
        : options with { Compatibility = options.Compatibility with { LearnedPositions = true } };

    /// <exception cref="InvalidDataException">It is not a whole model file; the message names <paramref name="name"/>.</exception>
    public static AudioBsqModel Read(Stream stream, string name, Device device)
    {
        var file = new SafetensorsReader(stream, name);
        string Metadata(string key) => file.Metadata.GetValueOrDefault(key) ?? throw new InvalidDataException($"{name} is no model file: its header has no '{key}'.");
        if (Metadata("format") != Format) throw new InvalidDataException($"{name} is no model file: its format is '{Metadata("format")}'.");
        if (Metadata("version") != Version) throw new InvalidDataException($"{name} has version {Metadata("version")} of the model format; this is version {Version}. Load it with a newer release.");
        if (!Enum.TryParse(Metadata("parts"), out ModelParts parts) || parts is 0 or > ModelParts.All) throw new InvalidDataException($"{name} holds unknown parts '{Metadata("parts")}'.");
        var options = Complete(OptionsJson.Read<AudioBsqOptions>(Metadata("options"), name, o => Complete(o, Metadata("options")).Validate()), Metadata("options"));
        var mel = OptionsJson.Read<MelOptions>(Metadata("mel"), name, m => m.Validate());
        if (mel.Bands != options.Bands) throw new InvalidDataException($"{name} is for {options.Bands} bands and its mel spectrograms have {mel.Bands}.");
        CheckAbsentHalf(file, options, parts, name);
        string? rest = file.Metadata.GetValueOrDefault("rest");
        using var hash = HashOf(Metadata("options"), Metadata("mel"), rest ?? "");
        file.Digest = hash;
        var network = NetworkWeights.Read(file, name, options, parts);
        try
        {
            if (Metadata("sha256") != Convert.ToHexString(hash.GetHashAndReset()))
                throw new InvalidDataException($"{name} is damaged: its weights or options are not those that were saved (SHA-256 differs).");
            return new AudioBsqModel(network, mel, device, parts) { AbsentHash = rest };
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    // Empty for a whole model, and for a half whose file did not know the other one.
    private static string RestOf(AudioBsqModel model, ModelParts parts)
    {
        if (parts == ModelParts.All) return "";
        return model.Parts == ModelParts.All ? ModelFingerprint.HashOf(model.Network, ModelParts.All & ~parts) : model.AbsentHash ?? "";
    }

    // Options can ask for any amount of memory; weights that are really there cannot. A half that is not in the file is built all the
    // same, so it may not be out of proportion to the half that is.
    private static void CheckAbsentHalf(SafetensorsReader file, AudioBsqOptions options, ModelParts parts, string name)
    {
        double absent = parts == ModelParts.All ? 0 : NetworkLayout.Parameters(options, ModelParts.All & ~parts);
        double found = file.Tensors.Sum(tensor => tensor.Shape.Aggregate(1.0, (n, d) => n * d));
        if (absent > 32 * found + 1e6) throw new InvalidDataException($"{name} holds {found:N0} numbers; the half that it leaves out has {absent:N0} weights, which is out of proportion.");
    }

    // A zip's own checksums are not looked at by those who read it, and other weights would silently give other tokens.
    private static IncrementalHash HashOf(string options, string mel, string rest)
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(options));
        hash.AppendData(Encoding.UTF8.GetBytes(mel));
        hash.AppendData(Encoding.UTF8.GetBytes(rest));
        return hash;
    }
}
