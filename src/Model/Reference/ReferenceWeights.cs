using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Signal;

namespace AudioBsq.Reference;

/// <summary>
/// Reads and writes models as weights of the published Python version. The
/// network's own names are the same, except for a prefix in a checkpoint.
/// </summary>
internal static class ReferenceWeights
{
    private const string Landmark = "encoder.positional_embedding"; // in every set of weights

    /// <exception cref="InvalidDataException">The weights do not fit the options.</exception>
    public static ModelContent Read(string path, ReferenceCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(checkpoint);
        using var stream = File.OpenRead(path);
        return Read(stream, path, checkpoint);
    }

    /// <summary>The same from a seekable stream.</summary>
    public static ModelContent Read(Stream stream, string name, ReferenceCheckpoint checkpoint)
    {
        var mel = checkpoint.Mel ?? MelOptions.Reference with { Bands = checkpoint.Options.Bands };
        ModelContent.CheckFit(checkpoint.Options, mel);
        ArgumentNullException.ThrowIfNull(checkpoint.Compatibility);
        if (!stream.CanSeek) throw new NotSupportedException($"'{name}' is not seekable. Copy it to a file first.");
        var device = TorchDevice.Resolve(checkpoint.Device);
        var file = new SafetensorsReader(stream, name);
        string prefix = checkpoint.Prefix ?? PrefixOf(file, name);
        var options = checkpoint.Options with { Compatibility = checkpoint.Compatibility with { LearnedPositions = true } };
        var network = NetworkWeights.Read(file, name, options, ModelParts.All, prefix, checkpoint.Strict);
        try
        {
            return new ModelContent(network, mel, device);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <exception cref="NotSupportedException">The published version would compute something else with these weights.</exception>
    public static void Write(Stream stream, ModelContent model)
    {
        ArgumentNullException.ThrowIfNull(stream);
        model.Require(ModelParts.All, "be exported");
        ReferenceConfigurationWriter.RequireOneWindow(model.Options);
        string[] corrected = [.. Corrected(model.Options)];
        if (corrected.Length > 0)
        {
            throw new NotSupportedException(
                $"The Python version would compute something else with these weights, since this model is without {nameof(Compatibility)}."
                + $"{string.Join(" and ", corrected)}. Train with {nameof(Compatibility)}.{nameof(Compatibility.Reference)}, or use Save: "
                + "it writes the same names into a safetensors file.");
        }

        WeightsFile.WriteTensors(stream, model.Weights(ModelParts.All));
    }

    // The corrections that change what a trained model computes. The others affect training only, or tokens of more than 24 bits.
    private static IEnumerable<string> Corrected(AudioBsqOptions options)
    {
        var flags = options.Compatibility;
        NetworkOptions[] networks = [options.Encoder, options.EffectiveDecoder];
        bool convolution = networks.Any(network => network.UseConvModule);
        bool maskedConvolution = networks.Any(network => network.UseConvModule && network.Mask != AttentionMask.None);
        bool blockCausal = networks.Any(network => network.Mask == AttentionMask.BlockCausal);
        if (!flags.LearnedPositions) yield return nameof(flags.LearnedPositions);
        if (!flags.UnscaledInput) yield return nameof(flags.UnscaledInput);
        if (!flags.RasterConvolution && options.PatchesPerStep > 1 && convolution) yield return nameof(flags.RasterConvolution);
        if (!flags.LeakyCausalConvolution && maskedConvolution) yield return nameof(flags.LeakyCausalConvolution);
        if (!flags.AdditiveBlockCausalMask && blockCausal) yield return nameof(flags.AdditiveBlockCausalMask);
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
            [] => "", // reading the weights will report them missing
            [var one] => one,
            _ => throw new InvalidDataException(
                $"{name} holds {prefixes.Length} sets of weights, whose names begin with "
                + $"{string.Join(" and ", prefixes.Select(prefix => $"'{prefix}'"))}. Choose one with "
                + $"{nameof(ReferenceCheckpoint)}.{nameof(ReferenceCheckpoint.Prefix)}, and leave the others out with "
                + $"{nameof(ReferenceCheckpoint.Strict)} = false."),
        };
    }
}
