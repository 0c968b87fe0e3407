using System.Text.Json;
using AudioBsq.Persistence;
using AudioBsq.Reference;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>The Python version's small variant with convolution, at full size, as a file of weights and through a pipeline.</summary>
[NoTensorLeaks]
[Trait("Speed", "Slow")]
public class ImportedModelTests
{
    [Fact]
    public void Tokens_AreTheReferences_AlsoAfterSavingAndLoading()
    {
        string json = TestData.Golden("full", "small9_conv.json").Single(), folder = TestData.NewFolder();
        using var document = JsonDocument.Parse(File.ReadAllText(json));
        var golden = SafetensorsReader.ReadFile(Path.ChangeExtension(json, "safetensors"));
        var options = ReferenceCheckpoint.ReadConfiguration(document.RootElement.GetProperty("config").GetRawText());
        string weights = Path.Combine(folder, "weights.safetensors"), zip = Path.Combine(folder, "model.zip");
        WriteWeights(weights, options);
        var ml = new MLContext { GpuDeviceId = -1 };
        // The published network takes numbers as they come, whatever the clamp range: the golden input lies between −1 and 1.
        var clips = ml.Data.LoadFromEnumerable([new Clip { Mel = FormulaWeights.Uniform("input", 1024 * 128) }]);
        uint[] expected = [.. golden["indices"].ToInt64s().Select(index => (uint)index + 1)]; // keys count from 1

        using (var model = AudioBsqModel.ImportReference(weights, new(options) { Device = "cpu" }))
        {
            var tokenizer = ml.Transforms.TokenizeAudio("Tokens", "Mel", model).Fit(clips);
            Assert.Equal(expected, Assert.Single(tokenizer.Transform(clips).GetColumn<uint[]>("Tokens")));
            ml.Model.Save(tokenizer, clips.Schema, zip);
        }

        File.Delete(weights);
        var loaded = ml.Model.Load(zip, out _);
        Assert.Equal(expected, Assert.Single(loaded.Transform(clips).GetColumn<uint[]>("Tokens")));
        ((IDisposable)loaded).Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static void WriteWeights(string path, AudioBsqOptions options)
    {
        var layout = NetworkLayout.Of(options);
        using var stream = File.Create(path);
        SafetensorsWriter.Write(stream, layout, i => (layout[i] switch
        {
            { Type: SafetensorsType.F32 } tensor => SafetensorsTensor.Of(tensor.Name, FormulaWeights.Of(tensor.Name, tensor.Shape),
                [
                    .. tensor.Shape,
                ]),
            { Shape: [var bits] } tensor =>
                SafetensorsTensor.Of(tensor.Name, [.. Enumerable.Range(1, (int)bits).Select(bit => 1L << (int)(bits - bit))], bits),
            var counter => SafetensorsTensor.Of(counter.Name, [0L]),
        }).Data);
    }

    private sealed class Clip
    {
        public float[] Mel { get; set; } = [];
    }
}
