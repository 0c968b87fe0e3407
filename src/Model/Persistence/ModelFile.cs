using AudioBsq.Native;
using AudioBsq.Onnx;
using AudioBsq.Signal;

namespace AudioBsq.Persistence;

/// <summary>
/// A model as a <see cref="WeightsFile"/>: the weights under their names in the network, and
/// the texts <c>parts</c>, <c>options</c> and <c>mel</c> (both records as JSON). A file with
/// one half also has <c>rest</c>, the SHA-256 of the other half's weights, for the fingerprint.
/// </summary>
internal static class ModelFile
{
    /// <summary>What the header of such a file says that it is.</summary>
    public const string FormatName = "audiobsq-model";

    private static readonly WeightsFormat Format = new(FormatName, "model", "options", "mel", "rest");

    public static void Write(
        Stream stream, ModelContent model, ModelParts parts, WeightPrecision precision = WeightPrecision.Full)
    {
        var texts = new Dictionary<string, string>
        {
            ["parts"] = parts.ToString(),
            ["options"] = OptionsJson.Write(model.Options),
            ["mel"] = OptionsJson.Write(model.Mel),
        };
        if (parts != ModelParts.All)
        {
            texts["rest"] = model.Parts == ModelParts.All
                ? ModelFingerprint.HashOf(model.Weights(ModelParts.All & ~parts))
                : model.AbsentHash!;
        }

        WeightsFile.Write(stream, Format, texts, model.Weights(parts), precision);
    }

    /// <exception cref="InvalidDataException">The file is no model, or is damaged.</exception>
    public static ModelContent Read(string path, string device)
    {
        using var stream = File.OpenRead(path);
        return Read(stream, path, device);
    }

    /// <exception cref="InvalidDataException">The stream is no model, or is damaged.</exception>
    public static ModelContent Read(Stream stream, string device)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(stream, stream is FileStream file ? file.Name : "stream", device);
    }

    /// <exception cref="InvalidDataException">The file is no model, or is damaged; the message names <paramref name="name"/>.</exception>
    public static ModelContent Read(Stream stream, string name, string device) => Read(stream, name, () => device);

    /// <summary>The same; the device is asked for, and torch needed, once the options are known to be right.</summary>
    public static ModelContent Read(Stream stream, string name, Func<string> device)
    {
        using var file = new WeightsFile(stream, name, Format);
        if (!Enum.TryParse(file.Text("parts"), out ModelParts parts) || parts is 0 or > ModelParts.All)
            throw new InvalidDataException($"{name} has unknown parts '{file.Text("parts")}'.");
        var options = OptionsJson.Read<AudioBsqOptions>(file.Text("options"), name, o => o.Validate());
        var mel = OptionsJson.Read<MelOptions>(file.Text("mel"), name, m => m.Validate());
        if (mel.Bands != options.Bands)
            throw new InvalidDataException($"{name} is for {options.Bands} bands and its mel spectrograms have {mel.Bands}.");
        if (mel.Scales != options.InputScales)
            throw new InvalidDataException($"{name} is for {options.InputScales} windows and its mel spectrograms have {mel.Scales}.");
        CheckAbsentHalf(file.Reader, options, parts, name);
        string? rest = parts == ModelParts.All ? null : file.Text("rest");
        string place = InferenceDevice.Resolve(device());
        if (place == InferenceDevice.Onnx) return ReadForOnnx(file, name, options, mel, parts, rest);
        var network = NetworkWeights.Read(file.Reader, name, options, parts);
        try
        {
            file.CheckHash();
            return new ModelContent(network, mel, TorchDevice.Resolve(place), parts, rest);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static ModelContent ReadForOnnx(
        WeightsFile file, string name, AudioBsqOptions options, MelOptions mel, ModelParts parts, string? rest)
    {
        LayoutCheck.Require(NetworkLayout.Of(options, parts), file.Reader.Tensors, name);
        var weights = file.Reader.ReadTensors().ToDictionary(tensor => tensor.Name, tensor => NetworkWeights.Checked(tensor, name));
        file.CheckHash();
        return new ModelContent(options, mel, weights, InferenceDevice.RequireRuntime(), parts, rest);
    }

    // Options may ask for any amount of memory, and a half that is not in the file is built all the same. So it must not be out of
    // proportion to the half that is in the file.
    private static void CheckAbsentHalf(SafetensorsReader file, AudioBsqOptions options, ModelParts parts, string name)
    {
        double absent = parts == ModelParts.All ? 0 : NetworkLayout.Parameters(options, ModelParts.All & ~parts);
        double found = file.Tensors.Sum(tensor => tensor.Shape.Aggregate(1.0, (n, d) => n * d));
        if (absent > 32 * found + 1e6)
        {
            throw new InvalidDataException(
                $"{name} has {found:N0} weights; the half that it leaves out has {absent:N0}, which is out of proportion.");
        }
    }
}
