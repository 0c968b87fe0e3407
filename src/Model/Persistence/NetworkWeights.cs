using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Persistence;

/// <summary>Weights from a file into a network and back, by name.</summary>
internal static class NetworkWeights
{
    // Constants of the quantizer that files carry: they must be what they are here.
    private static readonly string[] Constants = ["quantize.basis", "quantize.group_basis"];

    /// <summary>
    /// Builds a network and fills it. Nothing is built before the file's header was seen to hold all of it, and one tensor at a time is
    /// read, so that a file costs no more memory than it has bytes.
    /// </summary>
    /// <param name="file">The file, of which nothing but the header was read.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="options">The network.</param>
    /// <param name="parts">What of the network the file holds.</param>
    /// <param name="prefix">What every name in the file begins with.</param>
    /// <param name="strict">A tensor that the network has no place for is an error; otherwise it is left out.</param>
    /// <exception cref="InvalidDataException">The file does not fit; the message names every tensor that is missing, not expected, or of another shape or type.</exception>
    public static AudioBsqNetwork Read(SafetensorsReader file, string name, AudioBsqOptions options, ModelParts parts, string prefix = "", bool strict = true)
    {
        LayoutCheck.Require(NetworkLayout.Of(options, parts).Select(entry => entry with { Name = prefix + entry.Name }), file.Tensors, name, strict);
        var network = new AudioBsqNetwork(options);
        try
        {
            var targets = network.state_dict().Where(entry => Belongs(entry.Key, parts)).ToDictionary(entry => prefix + entry.Key, entry => (entry.Key, entry.Value));
            using var noGradients = no_grad();
            foreach (var source in file.ReadTensors())
            {
                if (targets.TryGetValue(source.Name, out var target)) Copy(target.Key, target.Value, source, name);
            }

            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Fills every parameter and buffer of <paramref name="network"/>. Names and shapes must agree exactly; number formats are converted.</summary>
    /// <exception cref="InvalidDataException">It does not fit, as for <see cref="Read"/>. Nothing has been copied then.</exception>
    public static void Load(nn.Module network, IReadOnlyDictionary<string, SafetensorsTensor> tensors, string file)
    {
        var targets = network.state_dict();
        LayoutCheck.Require(
            targets.Select(target => (target.Key, TypeOf(target.Value.dtype), (IReadOnlyList<long>)target.Value.shape)),
            tensors.Select(tensor => (tensor.Key, tensor.Value.Type, tensor.Value.Shape)), file);
        using var noGradients = no_grad();
        foreach (var (name, target) in targets) Copy(name, target, tensors[name], file);
    }

    /// <summary>
    /// Writes the weights of some parts. Whole numbers come first, as Python's own writer has it, so that every tensor begins at a multiple
    /// of its numbers' size; then the order is that of names.
    /// </summary>
    public static void Write(Stream stream, AudioBsqNetwork network, ModelParts parts, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var tensors = InOrder(network, parts);
        var layout = tensors.Select(entry => (entry.Key, TypeOf(entry.Value.dtype), (IReadOnlyList<long>)entry.Value.shape)).ToList();
        SafetensorsWriter.Write(stream, layout, i => BytesOf(tensors[i].Value), metadata);
    }

    /// <summary>Adds to a hash what <see cref="Write"/> writes as data.</summary>
    public static void AppendTo(IncrementalHash hash, AudioBsqNetwork network, ModelParts parts)
    {
        foreach (var (_, tensor) in InOrder(network, parts)) hash.AppendData(BytesOf(tensor));
    }

    /// <summary>The tensor in memory, in its own number format where torch has it.</summary>
    public static Tensor ToTensor(SafetensorsTensor source)
    {
        long[] shape = [.. source.Shape];
        return source.Type switch
        {
            SafetensorsType.I64 or SafetensorsType.U8 => tensor(source.ToInt64s(), shape),
            SafetensorsType.F64 => tensor(MemoryMarshal.Cast<byte, double>(source.Data).ToArray(), shape),
            _ => tensor(source.ToSingles(), shape),
        };
    }

    private static List<KeyValuePair<string, Tensor>> InOrder(AudioBsqNetwork network, ModelParts parts) =>
    [
        .. network.state_dict().Where(entry => Belongs(entry.Key, parts))
            .OrderBy(entry => TypeOf(entry.Value.dtype).IsWhole() ? 0 : 1).ThenBy(entry => entry.Key, StringComparer.Ordinal),
    ];

    private static bool Belongs(string name, ModelParts parts)
    {
        bool decoder = name.StartsWith("decoder.", StringComparison.Ordinal) || name.StartsWith("post_quant_embed.", StringComparison.Ordinal);
        return parts.HasFlag(decoder ? ModelParts.Decoder : ModelParts.Encoder);
    }

    private static void Copy(string name, Tensor target, SafetensorsTensor source, string file)
    {
        if (TypeOf(target.dtype).IsWhole())
        {
            long[] values = source.ToInt64s();
            if (Constants.Contains(name) && !values.AsSpan().SequenceEqual(target.data<long>().ToArray()))
                throw new InvalidDataException($"{file} has '{source.Name}' as {string.Join(", ", values)}; for this number of bits it is {string.Join(", ", target.data<long>())}.");
            target.bytes = MemoryMarshal.AsBytes(values.AsSpan());
            return;
        }

        float[] numbers = source.ToSingles();
        if (numbers.Length > 0 && !float.IsFinite(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude<float>(numbers)))
            throw new InvalidDataException($"{file} has numbers in '{source.Name}' that are not finite, or not in single precision.");
        target.bytes = MemoryMarshal.AsBytes(numbers.AsSpan());
    }

    /// <summary>A tensor's numbers as they stand in a file.</summary>
    public static byte[] BytesOf(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().contiguous().bytes.ToArray();
    }

    /// <summary>The number format of a file for torch's.</summary>
    /// <exception cref="NotSupportedException">There is none here.</exception>
    public static SafetensorsType TypeOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => SafetensorsType.F32,
        ScalarType.Int64 => SafetensorsType.I64,
        _ => throw new NotSupportedException($"Tensors of type {type} are not saved."),
    };
}
