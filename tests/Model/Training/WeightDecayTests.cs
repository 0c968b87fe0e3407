using AudioBsq.Persistence;
using AudioBsq.Training;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public class WeightDecayTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Train_DecaysMatricesOnly(bool everything)
    {
        var options = Small.Options with
        {
            Encoder = Small.Options.Encoder with { LayerScale = 0.1, UseConvModule = true },
            Compatibility = Compatibility.Corrected with { DecayEveryParameter = everything },
        };

        var (without, with) = (Trained(options, 0), Trained(options, 0.5));

        string[] decayed = [.. without.Where(tensor => !tensor.Value.Data.SequenceEqual(with[tensor.Key].Data)).Select(tensor => tensor.Key).Order(StringComparer.Ordinal)];
        var learned = without.Values.Where(tensor => tensor.Type == SafetensorsType.F32 && !tensor.Name.Contains("running", StringComparison.Ordinal));
        var matrices = learned.Where(tensor => tensor.Shape.Count > 1 && !tensor.Name.Contains("positional", StringComparison.Ordinal));
        Assert.Equal(matrices.Select(tensor => tensor.Name).Order(StringComparer.Ordinal), decayed.Where(name => without[name].Shape.Count > 1 && !name.Contains("positional", StringComparison.Ordinal)));
        if (!everything) Assert.Equal(matrices.Count(), decayed.Length);
        else Assert.All(new[] { "encoder.positional_embedding", "encoder.ln_pre.weight", "encoder.transformer.resblocks.0.ls_1.gamma", "quant_embed.bias" }, name => Assert.Contains(name, decayed));
    }

    // One step: gradients, and so all but the decay, are the same.
    private static Dictionary<string, SafetensorsTensor> Trained(AudioBsqOptions options, double decay)
    {
        string folder = TestData.NewFolder(), path = Path.Combine(folder, "model.safetensors");
        var training = new TrainingOptions { MaxSteps = 1, BatchSize = 2, LearningRate = 0.1, WeightDecay = decay, Device = "cpu", WarmupSteps = 1 };
        using (var model = AudioBsqModel.Train(TrainingData.Of(Small.Mels(1, 32, 32)), options, Small.Mel, training)) model.Save(path);
        var tensors = SafetensorsReader.ReadFile(path);
        Directory.Delete(folder, recursive: true);
        return tensors;
    }
}
