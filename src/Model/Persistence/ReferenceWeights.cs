using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Signal;

namespace AudioBsq.Persistence;

/// <summary>Models as the published Python version's weights. Names here are its names already, but for what a checkpoint puts before them.</summary>
internal static class ReferenceWeights
{
    private const string Landmark = "encoder.positional_embedding"; // every set of weights has one

    /// <exception cref="InvalidDataException">The weights are not those of this model.</exception>
    public static AudioBsqModel Read(Stream stream, string name, AudioBsqOptions options, MelOptions mel, ReferenceImportOptions import)
    {
        ArgumentNullException.ThrowIfNull(import.Compatibility);
        if (!stream.CanSeek) throw new NotSupportedException($"'{name}' is no file that can be read twice. Copy it to a file first.");
        var device = TorchDevice.Resolve(import.Device);
        var file = new SafetensorsReader(stream, name);
        string prefix = import.Prefix ?? PrefixOf(file, name);
        var network = NetworkWeights.Read(file, name, options with { Compatibility = import.Compatibility with { LearnedPositions = true } }, ModelParts.All, prefix, import.Strict);
        try
        {
            return new AudioBsqModel(network, mel, device);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    public static void Write(Stream stream, AudioBsqModel model)
    {
        CheckExport(model);
        NetworkWeights.Write(stream, model.Network, ModelParts.All);
    }

    /// <exception cref="NotSupportedException">The published version computes something else with these weights.</exception>
    public static void CheckExport(AudioBsqModel model)
    {
        string[] corrected = [.. Corrected(model.Options)];
        if (corrected.Length > 0)
        {
            throw new NotSupportedException(
                $"The Python version would compute something else with these weights, since this model is without {nameof(Compatibility)}.{string.Join(" and ", corrected)}. "
                + $"Train with {nameof(Compatibility)}.{nameof(Compatibility.Reference)}, or use {nameof(AudioBsqModel.Save)}: it writes the same names into a safetensors file.");
        }
    }

    // The corrections that change what a trained model gives; the others change training only, or tokens of more than 24 bits.
    private static IEnumerable<string> Corrected(AudioBsqOptions options)
    {
        var flags = options.Compatibility;
        NetworkOptions[] networks = [options.Encoder, options.EffectiveDecoder];
        if (!flags.LearnedPositions) yield return nameof(flags.LearnedPositions);
        if (!flags.UnscaledInput) yield return nameof(flags.UnscaledInput);
        if (!flags.RasterConvolution && options.PatchesPerStep > 1 && networks.Any(network => network.UseConvModule)) yield return nameof(flags.RasterConvolution);
        if (!flags.LeakyCausalConvolution && networks.Any(network => network.UseConvModule && network.Mask != AttentionMask.None)) yield return nameof(flags.LeakyCausalConvolution);
        if (!flags.AdditiveBlockCausalMask && networks.Any(network => network.Mask == AttentionMask.BlockCausal)) yield return nameof(flags.AdditiveBlockCausalMask);
    }

    private static string PrefixOf(SafetensorsReader file, string name)
    {
        string[] prefixes =
        [
            .. file.Tensors.Select(tensor => tensor.Name)
                .Where(tensor => tensor == Landmark || tensor.EndsWith("." + Landmark, StringComparison.Ordinal))
                .Select(tensor => tensor[..^Landmark.Length]),
        ];
        return prefixes switch
        {
            [] => "", // what is missing will say it all
            [var one] => one,
            _ => throw new InvalidDataException($"{name} holds {prefixes.Length} sets of weights, whose names begin with {string.Join(" and ", prefixes.Select(prefix => $"'{prefix}'"))}. Say which one with "
                + $"{nameof(ReferenceImportOptions)}.{nameof(ReferenceImportOptions.Prefix)}, and leave the others out with {nameof(ReferenceImportOptions.Strict)} = false."),
        };
    }
}
