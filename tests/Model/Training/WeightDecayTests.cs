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

        bool IsMatrix(SafetensorsTensor tensor) => tensor.Shape.Count > 1 && !tensor.Name.Contains("positional", StringComparison.Ordinal);
        var changed = without.Values.Where(tensor => !tensor.Data.SequenceEqual(with[tensor.Name].Data));
        string[] decayed = [.. changed.Select(tensor => tensor.Name).Order(StringComparer.Ordinal)];
        var learned = without.Values.Where(tensor =>
            tensor.Type == SafetensorsType.F32 && !tensor.Name.Contains("running", StringComparison.Ordinal));
        var matrices = learned.Where(IsMatrix).Select(tensor => tensor.Name).Order(StringComparer.Ordinal);
        Assert.Equal(matrices, decayed.Where(name => IsMatrix(without[name])));
        if (!everything)
        {
            Assert.Equal(matrices.Count(), decayed.Length);
            return;
        }

        string[] others =
        [
            "encoder.positional_embedding", "encoder.ln_pre.weight", "encoder.transformer.resblocks.0.ls_1.gamma", "quant_embed.bias",
        ];
        Assert.All(others, name => Assert.Contains(name, decayed));
    }

    // In one step the gradients are the same, so only the decay differs.
    private static Dictionary<string, SafetensorsTensor> Trained(AudioBsqOptions options, double decay)
    {
        string folder = TestData.NewFolder(), path = Path.Combine(folder, "model.safetensors");
        var training = new TrainingOptions
        {
            MaxSteps = 1,
            BatchSize = 2,
            LearningRate = 0.1,
            WeightDecay = decay,
            Device = "cpu",
            WarmupSteps = 1,
        };
        using (var model = AudioBsqModel.Train(TrainingData.Of(Small.Mels(1, 32, 32)), options, Small.Mel, training)) model.Save(path);
        var tensors = SafetensorsReader.ReadFile(path);
        Directory.Delete(folder, recursive: true);
        return tensors;
    }
}
