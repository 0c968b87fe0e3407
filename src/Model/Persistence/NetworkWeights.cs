using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AudioBsq.Persistence;

/// <summary>Copies tensors of a file into a network, by name.</summary>
internal static class NetworkWeights
{
    /// <summary>Fills every parameter and buffer of <paramref name="network"/>. Names and shapes must agree exactly; number formats are converted.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, not known, or has another shape. Nothing has been copied then.</exception>
    public static void Load(nn.Module network, IReadOnlyDictionary<string, SafetensorsTensor> tensors, string file)
    {
        var targets = network.state_dict();
        string[] missing = [.. targets.Keys.Except(tensors.Keys)], unknown = [.. tensors.Keys.Except(targets.Keys)];
        if (missing.Length + unknown.Length > 0) throw new InvalidDataException($"{file} does not fit the network: {Say("it lacks", missing)}{Say("it has unknown", unknown)}".TrimEnd(' ', ';') + ".");
        foreach (var (name, target) in targets)
        {
            if (!tensors[name].Shape.SequenceEqual(target.shape))
                throw new InvalidDataException($"{file} has '{name}' with shape ({string.Join(", ", tensors[name].Shape)}); the network has ({string.Join(", ", target.shape)}).");
        }

        using var _ = no_grad();
        foreach (var (name, target) in targets)
        {
            using var scope = NewDisposeScope();
            target.copy_(ToTensor(tensors[name]));
        }
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

    private static string Say(string what, string[] names) => names.Length == 0
        ? ""
        : $"{what} {string.Join(", ", names.Take(5))}{(names.Length > 5 ? $" and {names.Length - 5} more" : "")}; ";
}
