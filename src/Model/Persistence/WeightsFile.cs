using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace AudioBsq.Persistence;

/// <summary>A kind of weights file.</summary>
/// <param name="Name">The value of <c>format</c> in the header.</param>
/// <param name="Noun">Its name in messages.</param>
/// <param name="HashedTexts">Texts of the header that the hash covers, in this order, before the data.</param>
internal sealed record WeightsFormat(string Name, string Noun, params string[] HashedTexts);

/// <summary>
/// The file format of all weights, which Python can read too: safetensors whose metadata have <c>format</c>, <c>version</c>, texts such as
/// options in JSON, and <c>sha256</c>, the hash of texts and data in capital hexadecimal digits, by which damage is found.
/// </summary>
internal sealed class WeightsFile : IDisposable
{
    private const string Version = "1";

    private readonly string _name;
    private readonly WeightsFormat _format;
    private readonly IncrementalHash _hash;

    /// <summary>Reads the header. <paramref name="name"/> is used in messages.</summary>
    /// <exception cref="InvalidDataException">The header is not of this format.</exception>
    public WeightsFile(Stream stream, string name, WeightsFormat format)
    {
        (_name, _format, Reader) = (name, format, new SafetensorsReader(stream, name));
        if (Text("format") != format.Name)
            throw new InvalidDataException($"{name} is no {format.Noun} file: its format is '{Text("format")}'.");
        if (Text("version") != Version)
        {
            throw new InvalidDataException(
                $"{name} has version {Text("version")} of the {format.Noun} format; this is version {Version}. "
                + "Load it with a newer release.");
        }

        _hash = StartHash(format, Reader.Metadata);
        Reader.Digest = _hash;
    }

    /// <summary>The tensors, which can be read once.</summary>
    public SafetensorsReader Reader { get; }

    /// <summary>
    /// Writes a file. The same texts and tensors give the same bytes. Each tensor is copied to memory twice, one at a time.
    /// </summary>
    public static void Write(
        Stream stream, WeightsFormat format, Dictionary<string, string> texts, IEnumerable<NamedWeights> tensors,
        WeightPrecision precision = WeightPrecision.Full)
    {
        var ordered = InOrder(tensors);
        using var hash = StartHash(format, texts);
        foreach (var tensor in ordered) hash.AppendData(BytesOf(tensor, precision));
        var metadata = new Dictionary<string, string>(texts)
        {
            ["format"] = format.Name,
            ["version"] = Version,
            ["sha256"] = Convert.ToHexString(hash.GetHashAndReset()),
        };
        WriteTensors(stream, ordered, metadata, precision);
    }

    /// <summary>Writes tensors alone, as a safetensors file without metadata.</summary>
    public static void WriteTensors(Stream stream, IEnumerable<NamedWeights> tensors) =>
        WriteTensors(stream, InOrder(tensors), metadata: null, WeightPrecision.Full);

    /// <summary>
    /// The tensors in the order that a file has them: integers first, as in files that Python writes, so that each tensor begins at a
    /// multiple of its values' size; then by name.
    /// </summary>
    public static List<NamedWeights> InOrder(IEnumerable<NamedWeights> tensors) =>
        [.. tensors.OrderBy(entry => entry.Type.IsInteger() ? 0 : 1).ThenBy(entry => entry.Name, StringComparer.Ordinal)];

    /// <summary>A text of the header.</summary>
    /// <exception cref="InvalidDataException">It is missing.</exception>
    public string Text(string key) =>
        OptionalText(key) ?? throw new InvalidDataException($"{_name} is no {_format.Noun} file: its header has no '{key}'.");

    /// <summary>A text of the header, null where it is missing.</summary>
    public string? OptionalText(string key) => Reader.Metadata.GetValueOrDefault(key);

    /// <summary>Compares the hash; call it after all tensors were read.</summary>
    /// <exception cref="InvalidDataException">Texts or data differ from those that were written.</exception>
    public void CheckHash()
    {
        if (!Text("sha256").Equals(Convert.ToHexString(_hash.GetHashAndReset()), StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException($"{_name} is damaged: its content is not what was saved (SHA-256 differs).");
    }

    public void Dispose() => _hash.Dispose();

    private static void WriteTensors(
        Stream stream, List<NamedWeights> tensors, Dictionary<string, string>? metadata, WeightPrecision precision)
    {
        var layout = tensors.Select(entry => (entry.Name, TypeOf(entry, precision), entry.Shape)).ToList();
        SafetensorsWriter.Write(stream, layout, i => BytesOf(tensors[i], precision), metadata);
    }

    private static SafetensorsType TypeOf(NamedWeights tensor, WeightPrecision precision) =>
        tensor.Type == SafetensorsType.F32 && precision == WeightPrecision.Half ? SafetensorsType.F16 : tensor.Type;

    private static byte[] BytesOf(NamedWeights tensor, WeightPrecision precision)
    {
        byte[] bytes = tensor.Read();
        return TypeOf(tensor, precision) == SafetensorsType.F16 ? ToHalves(tensor.Name, MemoryMarshal.Cast<byte, float>(bytes)) : bytes;
    }

    private static byte[] ToHalves(string name, ReadOnlySpan<float> weights)
    {
        var halves = new Half[weights.Length];
        System.Numerics.Tensors.TensorPrimitives.ConvertToHalf(weights, halves);
        if (halves.AsSpan().ContainsAnyExceptInRange(Half.MinValue, Half.MaxValue))
            throw new NotSupportedException($"'{name}' has weights beyond {Half.MaxValue}, the largest in half precision.");
        return MemoryMarshal.AsBytes(halves.AsSpan()).ToArray();
    }

    private static IncrementalHash StartHash(WeightsFormat format, IReadOnlyDictionary<string, string> texts)
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string key in format.HashedTexts) hash.AppendData(Encoding.UTF8.GetBytes(texts.GetValueOrDefault(key) ?? ""));
        return hash;
    }
}
