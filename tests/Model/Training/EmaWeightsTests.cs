using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public class EmaWeightsTests
{
    [Fact]
    public void Update_FollowsTheFormulaAndCopiesWholeNumbers()
    {
        using var scope = NewDisposeScope();
        using var network = Runs.Network(Runs.Model);
        using var ema = new EmaWeights(network, decay: 0.5, CPU);
        var first = network.state_dict()["quant_embed.bias"];
        var (mean, count) = (Buffer(network, "running_mean"), Buffer(network, "num_batches_tracked"));
        double expected = first[0].item<float>(), expectedMean = 0;
        using var _ = no_grad();

        for (int n = 0; n < 20; n++)
        {
            first.fill_(n);
            mean.fill_(2 * n);
            count.fill_(n);
            ema.Update();
            double decay = Math.Min(0.5, (1.0 + n) / (10 + n));
            (expected, expectedMean) = (decay * expected + (1 - decay) * n, decay * expectedMean + (1 - decay) * 2 * n);
        }

        var averages = ema.Tensors.ToDictionary(entry => entry.Name, entry => entry.Tensor);
        Close.To(expected, averages["quant_embed.bias"][0].item<float>(), 1e-5);
        Close.To(expectedMean, averages.First(entry => entry.Key.EndsWith("running_mean")).Value[0].item<float>(), 1e-5);
        Assert.Equal(19, averages.First(entry => entry.Key.EndsWith("num_batches_tracked")).Value.item<long>());
        Assert.Equal(256, averages["quantize.basis"][0].item<long>());
    }

    [Fact]
    public void Swap_TwiceChangesNothing()
    {
        using var network = Runs.Network(Runs.Model, seed: 1);
        using var ema = new EmaWeights(network, 0.9, CPU);
        float[] averages = Runs.Weights(network);
        using (var other = Runs.Network(Runs.Model, seed: 2)) Copy(other, network);
        float[] weights = Runs.Weights(network);

        ema.Swap();
        float[] swapped = Runs.Weights(network);
        ema.Swap();

        Assert.NotEqual(weights, averages);
        Assert.Equal(averages, swapped);
        Assert.Equal(weights, Runs.Weights(network));
    }

    [Fact]
    public void Train_ReturnsTheAverage()
    {
        var plain = Runs.Options with { MaxSteps = 3 };
        var data = TrainingData.Of(Runs.Clips);

        byte[] weights = Runs.Train(plain, data: data), averages = Runs.Train(plain with { Ema = new EmaOptions() }, data: data);
        byte[] forgetful = Runs.Train(plain with { Ema = new EmaOptions { Decay = 0 } }, data: data);

        Assert.NotEqual(weights, averages);
        Assert.Equal(weights, forgetful); // an average that keeps nothing is the weights themselves
    }

    [Fact, Trait("Speed", "Slow")]
    public void Train_MeasuresTheAverageThatItReturns()
    {
        var reports = new List<TrainingProgress>();
        var training = Runs.Options with { Ema = new EmaOptions { Decay = 0.8 } };
        using var model = AudioBsqModel.Train(Runs.Data, Runs.Model, Small.Mel, training, reports.Add);

        double error = model.Evaluate(Runs.Data.Validation!()).MeanAbsoluteError;

        Assert.Equal(reports.Where(r => r.Validation is not null).Min(r => r.Validation!.MeanAbsoluteError), error, 9);
    }

    private static Tensor Buffer(nn.Module network, string end) => network.state_dict().First(entry => entry.Key.EndsWith(end)).Value;

    private static void Copy(nn.Module from, nn.Module to)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var source = from.state_dict();
        foreach (var (name, tensor) in to.state_dict()) tensor.copy_(source[name]);
    }
}
