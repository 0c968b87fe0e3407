using AudioBsq.Native;
using AudioBsq.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public class OptimizerKernelTests
{
    // Lengths around a vector of processor registers and around a thread's piece.
    [Theory, InlineData(1), InlineData(7), InlineData(64), InlineData(1_027), InlineData(65_536), InlineData(200_003)]
    public void Step_IsThatOfTorchsOwnAdamW_AfterClipping(int length)
    {
        using var scope = NewDisposeScope();
        using var generator = new SeededGenerator(1);
        var start = randn(length);
        var (mine, theirs) = (Parameter(start.clone()), Parameter(start.clone()));
        using var ours = new AdamWOptimizer([("x", mine, 0.1)], 0.9, 0.99);
        using var torchs = optim.AdamW([theirs], 0.01, 0.9, 0.99, 1e-8, 0.1);
        for (int step = 0; step < 5; step++)
        {
            ours.ClearGradients();
            torchs.zero_grad();
            (mine * mine * (step - 2.5f)).sum().backward();
            (theirs * theirs * (step - 2.5f)).sum().backward();

            double norm = ours.ClipGradients(0.5);
            ours.Step(0.01);
            double expected = nn.utils.clip_grad_norm_([theirs], 0.5);
            torchs.step();

            Close.To(expected, norm, 1e-5 * expected);
            Close.To(theirs, mine, 2e-6, $"step {step}");
        }
    }

    [Theory, InlineData(1), InlineData(7), InlineData(64), InlineData(1_027), InlineData(200_003)]
    public void Average_IsTorchsLerp(int length)
    {
        using var scope = NewDisposeScope();
        using var generator = new SeededGenerator(2);
        var (average, weights) = (randn(length), randn(length));
        var expected = average.clone();
        foreach (double decay in (double[])[0.999, 0.9, 0.1])
        {
            expected.lerp_(weights, 1 - decay);
            OptimizerKernel.Average(average, weights, (float)decay);

            Close.To(expected, average, 1e-6, $"decay {decay}");
        }

        OptimizerKernel.Average(average, weights, decay: 0);
        Assert.Equal(weights.ToValues<float>(), average.ToValues<float>());
    }

    [Fact]
    public void Update_DoesNotDependOnTheNumberOfThreads()
    {
        int threads = get_num_threads();
        try
        {
            var (one, three) = (Run(1), Run(3));

            Assert.Equal(one.Weights, three.Weights);
            Assert.Equal(one.Norm, three.Norm);
        }
        finally
        {
            set_num_threads(threads);
        }

        static (float[] Weights, double Norm) Run(int threads)
        {
            set_num_threads(threads);
            using var scope = NewDisposeScope();
            using var generator = new SeededGenerator(1);
            var weights = Parameter(randn(300_001));
            using var optimizer = new AdamWOptimizer([("x", weights, 0.1)], 0.9, 0.99);
            (weights * weights * weights).sum().backward();
            double norm = optimizer.ClipGradients(1);
            optimizer.Step(0.1);
            return (weights.detach().data<float>().ToArray(), norm);
        }
    }

    [Fact]
    public void ClipGradients_FindsWhatIsNotFinite_AtAnyPlace()
    {
        using var scope = NewDisposeScope();
        foreach (int place in new[] { 0, 70_000, 99_999 })
        {
            var weights = Parameter(zeros(100_000));
            using var optimizer = new AdamWOptimizer([("x", weights, 0)], 0.9, 0.99);
            var factor = ones(100_000);
            factor[place] = float.NaN;
            (weights * factor).sum().backward();

            Assert.Equal(double.NaN, optimizer.ClipGradients(1));
        }
    }
}
