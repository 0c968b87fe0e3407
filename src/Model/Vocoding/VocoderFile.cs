using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Onnx;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using Entry = (string Name, AudioBsq.Persistence.SafetensorsType Type, System.Collections.Generic.IReadOnlyList<long> Shape);

namespace AudioBsq.Vocoding;

/// <summary>
/// A vocoder as a <see cref="WeightsFile"/>: the weights under their names in the
/// network, and the texts <c>options</c> and <c>mel</c> (both records as JSON).
/// </summary>
internal static class VocoderFile
{
    private static readonly WeightsFormat Format = new("audiobsq-vocoder", "vocoder", "options", "mel");

    public static void Write(Stream stream, NeuralVocoder vocoder, WeightPrecision precision = WeightPrecision.Full)
    {
        var texts = new Dictionary<string, string>
        {
            ["options"] = OptionsJson.Write(vocoder.Options),
            ["mel"] = OptionsJson.Write(vocoder.Mel),
        };
        WeightsFile.Write(stream, Format, texts, vocoder.Weights, precision);
    }

    /// <exception cref="InvalidDataException">The file is no vocoder, or is damaged; the message names <paramref name="name"/>.</exception>
    public static NeuralVocoder Read(Stream stream, string name, string device)
    {
        using var file = new WeightsFile(stream, name, Format);
        var options = OptionsJson.Read<VocoderOptions>(file.Text("options"), name, o => o.Validate());
        var mel = OptionsJson.Read<MelOptions>(file.Text("mel"), name, options.Validate);
        LayoutCheck.Require(Layout(options, mel), file.Reader.Tensors, name);
        var tensors = file.Reader.ReadTensors().ToDictionary(tensor => tensor.Name);
        file.CheckHash();
        string place = InferenceDevice.Resolve(device);
        if (place == InferenceDevice.Onnx)
        {
            var weights = tensors.ToDictionary(entry => entry.Key, entry => NetworkWeights.Checked(entry.Value, name));
            return new NeuralVocoder(options, mel, weights, InferenceDevice.RequireRuntime());
        }

        using var omission = WeightInit.Omit();
        var network = new VocoderNetwork(options, mel);
        try
        {
            NetworkWeights.Load(network, tensors, name);
            return new NeuralVocoder(network, options, mel, TorchDevice.Resolve(place));
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static IEnumerable<Entry> Layout(VocoderOptions options, MelOptions mel) =>
        VocoderNetwork.Layout(options, mel).Select(entry => (entry.Name, SafetensorsType.F32, (IReadOnlyList<long>)entry.Shape));
}
