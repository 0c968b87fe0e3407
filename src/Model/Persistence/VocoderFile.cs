using System.Security.Cryptography;
using System.Text;
using AudioBsq.Networks;
using AudioBsq.Signal;
using AudioBsq.Vocoding;
using static TorchSharp.torch;
using Entry = (string Name, AudioBsq.Persistence.SafetensorsType Type, System.Collections.Generic.IReadOnlyList<long> Shape);

namespace AudioBsq.Persistence;

/// <summary>
/// A vocoder as one safetensors file: the weights under their network names, and in the header's metadata <c>format</c>, <c>version</c>,
/// <c>options</c> and <c>mel</c> (the two records as JSON), and <c>sha256</c>, the hash of those two texts and of the data, in capital
/// hexadecimal digits.
/// </summary>
internal static class VocoderFile
{
    private const string Format = "audiobsq-vocoder", Version = "1";

    public static void Write(Stream stream, NeuralVocoder vocoder)
    {
        string options = OptionsJson.Write(vocoder.Options), mel = OptionsJson.Write(vocoder.Mel);
        var weights = vocoder.Network.state_dict();
        var layout = Layout(vocoder.Options, vocoder.Mel);
        using var hash = HashOf(options, mel);
        foreach (var entry in layout) hash.AppendData(NetworkWeights.BytesOf(weights[entry.Name]));
        SafetensorsWriter.Write(stream, layout, i => NetworkWeights.BytesOf(weights[layout[i].Name]), new Dictionary<string, string>
        {
            ["format"] = Format,
            ["version"] = Version,
            ["options"] = options,
            ["mel"] = mel,
            ["sha256"] = Convert.ToHexString(hash.GetHashAndReset()),
        });
    }

    /// <exception cref="InvalidDataException">It is not a whole vocoder file; the message names <paramref name="name"/>.</exception>
    public static NeuralVocoder Read(Stream stream, string name, Device device)
    {
        var file = new SafetensorsReader(stream, name);
        string Metadata(string key) => file.Metadata.GetValueOrDefault(key) ?? throw new InvalidDataException($"{name} is no vocoder file: its header has no '{key}'.");
        if (Metadata("format") != Format) throw new InvalidDataException($"{name} is no vocoder file: its format is '{Metadata("format")}'.");
        if (Metadata("version") != Version) throw new InvalidDataException($"{name} has version {Metadata("version")} of the vocoder format; this is version {Version}. Load it with a newer release.");
        var options = OptionsJson.Read<VocoderOptions>(Metadata("options"), name, o => o.Validate());
        var mel = OptionsJson.Read<MelOptions>(Metadata("mel"), name, options.Validate);
        LayoutCheck.Require(Layout(options, mel), file.Tensors, name);
        using var hash = HashOf(Metadata("options"), Metadata("mel"));
        file.Digest = hash;
        var tensors = file.ReadTensors().ToDictionary(tensor => tensor.Name);
        if (Metadata("sha256") != Convert.ToHexString(hash.GetHashAndReset()))
            throw new InvalidDataException($"{name} is damaged: its weights or options are not those that were saved (SHA-256 differs).");
        var network = new VocoderNetwork(options, mel);
        try
        {
            NetworkWeights.Load(network, tensors, name);
            return new NeuralVocoder(network, options, mel, device);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static List<Entry> Layout(VocoderOptions options, MelOptions mel) =>
        [.. VocoderNetwork.Layout(options, mel).OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(entry => (entry.Name, SafetensorsType.F32, (IReadOnlyList<long>)entry.Shape))];

    private static IncrementalHash HashOf(string options, string mel)
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(options));
        hash.AppendData(Encoding.UTF8.GetBytes(mel));
        return hash;
    }
}
