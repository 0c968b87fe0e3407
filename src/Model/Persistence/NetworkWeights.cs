using System.Runtime.InteropServices;
using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Persistence;

/// <summary>Copies weights from a file into a network and back, by name.</summary>
internal static class NetworkWeights
{
    // Constants of the quantizer, which files must have with the same values.
    private static readonly string[] Constants = ["quantize.basis", "quantize.group_basis"];

    /// <summary>
    /// Builds a network and reads its weights. It is built only if the file's header has all of its tensors, and one tensor is read at a
    /// time, so that a file needs no more memory than its length.
    /// </summary>
    /// <param name="file">The file, of which only the header has been read.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="options">The network.</param>
    /// <param name="parts">The halves that the file has.</param>
    /// <param name="prefix">The prefix of all names in the file.</param>
    /// <param name="strict">Whether a tensor that the network does not have is an error; otherwise it is ignored.</param>
    /// <exception cref="InvalidDataException">
    /// The file does not fit; the message names every tensor that is missing, not expected, or of another shape or type.
    /// </exception>
    public static AudioBsqNetwork Read(
        SafetensorsReader file, string name, AudioBsqOptions options, ModelParts parts, string prefix = "", bool strict = true)
    {
        var wanted = NetworkLayout.Of(options, parts).Select(entry => entry with { Name = prefix + entry.Name });
        LayoutCheck.Require(wanted, file.Tensors, name, strict);
        var network = Build(options, parts);
        try
        {
            var targets = Of(network, parts).ToDictionary(entry => prefix + entry.Name);
            using var noGradients = no_grad();
            foreach (var source in file.ReadTensors())
            {
                if (targets.TryGetValue(source.Name, out var target)) Copy(target.Name, target.Tensor, source, name);
            }

            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Copies tensors into every parameter and buffer of <paramref name="network"/>.
    /// Names and shapes must be equal; number formats are converted.
    /// </summary>
    /// <exception cref="InvalidDataException">The tensors do not fit, as for <see cref="Read"/>; none has been copied.</exception>
    public static void Load(nn.Module network, IReadOnlyDictionary<string, SafetensorsTensor> tensors, string file)
    {
        var targets = network.state_dict();
        LayoutCheck.Require(
            targets.Select(target => (target.Key, NamedWeights.TypeOf(target.Value.dtype), (IReadOnlyList<long>)target.Value.shape)),
            tensors.Select(tensor => (tensor.Key, tensor.Value.Type, tensor.Value.Shape)), file);
        using var noGradients = no_grad();
        foreach (var (name, target) in targets) Copy(name, target, tensors[name], file);
    }

    /// <summary>The weights of some parts of a network, by name.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> Of(AudioBsqNetwork network, ModelParts parts) =>
        network.state_dict().Where(entry => Belongs(entry.Key, parts)).Select(entry => (entry.Key, entry.Value));

    /// <summary>A tensor of a file in single precision, or as 64-bit integers.</summary>
    /// <exception cref="InvalidDataException">It has values that no network can have.</exception>
    public static SafetensorsTensor Checked(SafetensorsTensor source, string file) => source.Type.IsInteger()
        ? SafetensorsTensor.Of(source.Name, CheckedIntegers(source.Name, source, file), [.. source.Shape])
        : SafetensorsTensor.Of(source.Name, FiniteSingles(source, file), [.. source.Shape]);

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

    /// <summary>Whether weights of this name are of some parts of a network.</summary>
    public static bool Belongs(string name, ModelParts parts)
    {
        bool decoder = name.StartsWith("decoder.", StringComparison.Ordinal)
            || name.StartsWith("post_quant_embed.", StringComparison.Ordinal);
        return parts.HasFlag(decoder ? ModelParts.Decoder : ModelParts.Encoder);
    }

    // A half that the file does not have keeps random weights.
    private static AudioBsqNetwork Build(AudioBsqOptions options, ModelParts parts)
    {
        if (parts != ModelParts.All) return new AudioBsqNetwork(options);
        using var omission = WeightInit.Omit();
        return new AudioBsqNetwork(options);
    }

    private static void Copy(string name, Tensor target, SafetensorsTensor source, string file)
    {
        if (NamedWeights.TypeOf(target.dtype).IsInteger())
        {
            target.bytes = MemoryMarshal.AsBytes(CheckedIntegers(name, source, file).AsSpan());
            return;
        }

        target.bytes = MemoryMarshal.AsBytes(FiniteSingles(source, file).AsSpan());
    }

    private static long[] CheckedIntegers(string name, SafetensorsTensor source, string file)
    {
        long[] values = source.ToInt64s();
        long[] powers = [.. Enumerable.Range(0, values.Length).Select(i => 1L << (values.Length - 1 - i))];
        if (Constants.Contains(name) && !values.SequenceEqual(powers))
        {
            throw new InvalidDataException(
                $"{file} has '{source.Name}' as {string.Join(", ", values)}; for this number of bits it is {string.Join(", ", powers)}.");
        }

        return values;
    }

    private static float[] FiniteSingles(SafetensorsTensor source, string file)
    {
        float[] weights = source.ToSingles();
        if (weights.Length > 0 && !float.IsFinite(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude<float>(weights)))
            throw new InvalidDataException($"{file} has values in '{source.Name}' that are not finite in single precision.");
        return weights;
    }
}
