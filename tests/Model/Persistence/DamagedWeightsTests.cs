using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Reference;
using AudioBsq.Signal;
using Xunit.Abstractions;

namespace AudioBsq.Tests.Model.Persistence;

/// <summary>Damaged safetensors files, of the Python version's weights and of models.</summary>
public class DamagedWeightsTests(ITestOutputHelper output)
{
    private static readonly MelOptions Mel = new() { Bands = 12 };

    private static readonly AudioBsqOptions Options = TinyNetworks.Options with
    {
        Encoder = new NetworkOptions { Width = 8, Layers = 1, Heads = 2, HeadWidth = 8, ConvKernelSize = 3, UseConvModule = true },
        Compatibility = Compatibility.Reference,
    };

    [Fact]
    [Trait("Speed", "Slow")]
    public void Weights_AreReadOrRefused()
    {
        using var model = AudioBsqModel.Create(Options, Mel, device: "cpu");
        byte[] whole = WeightFiles.Export(model);

        new DamageReport(output, typeof(InvalidDataException)).Run(
            random => random.Next(2) == 0 ? Mutations.OfBytes(whole, random) : Mutations.OfHeader(whole, random),
            file => ReferenceWeights.Read(new MemoryStream(file), "weights", Checkpoint(strict: file.Length % 2 == 0)).Dispose());
    }

    [Theory, InlineData("cpu"), InlineData("onnx")]
    [Trait("Speed", "Slow")]
    public void Models_AreReadOrRefused(string device)
    {
        using var model = AudioBsqModel.Create(Options, Mel, device: "cpu");
        byte[][] wholes = [.. new[] { ModelParts.All, ModelParts.Encoder, ModelParts.Decoder }.Select(parts => Saved(model, parts))];

        new DamageReport(output, typeof(InvalidDataException)).Run(
            random => Damaged(wholes[random.Next(3)], random),
            file => ModelFile.Read(new MemoryStream(file), "model", device).Dispose());

        static byte[] Damaged(byte[] whole, Random random) =>
            random.Next(3) == 0 ? Mutations.OfBytes(whole, random) : Mutations.OfHeader(whole, random);
    }

    [Theory] // a half that is not in the file has no weights that justify its memory
    [InlineData(ModelParts.Encoder, "\"Decoder\":{\"Width\":8", "\"Decoder\":{\"Width\":80000")]
    [InlineData(ModelParts.Decoder, "\"Encoder\":{\"Width\":8", "\"Encoder\":{\"Width\":80000")]
    internal void Model_OfOneHalf_CannotAskForAnyOther(ModelParts parts, string original, string absurd)
    {
        using var model = AudioBsqModel.Create(Options with { Decoder = Options.Encoder }, Mel, device: "cpu");
        var file = new SafetensorsReader(new MemoryStream(Saved(model, parts)));
        var metadata = file.Metadata.ToDictionary();
        Assert.Contains(original, metadata["options"]);
        metadata["options"] = metadata["options"].Replace(original, absurd, StringComparison.Ordinal);
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [.. file.ReadTensors()], metadata);
        stream.Position = 0;

        var error = Assert.Throws<InvalidDataException>(() => ModelFile.Read(stream, "model", "cpu"));

        Assert.Contains("out of proportion", error.Message);
    }

    private static byte[] Saved(AudioBsqModel model, ModelParts parts)
    {
        using var stream = new MemoryStream();
        ModelFile.Write(stream, model.Content, parts);
        return stream.ToArray();
    }

    private static ReferenceCheckpoint Checkpoint(bool strict) => new(Options) { Mel = Mel, Device = "cpu", Strict = strict };
}
