using AudioBsq.Native;
using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Networks;

[NoTensorLeaks]
public class RowSoftmaxTests
{
    // Columns around a vector of processor registers, rows around a thread's piece.
    [Theory, InlineData(1, 1), InlineData(3, 7), InlineData(5, 64), InlineData(300, 131), InlineData(513, 96)]
    public void Apply_AndItsGradient_AreThoseOfTorchInSinglePrecision(int rows, int columns)
    {
        using var scope = NewDisposeScope();
        using var generator = new SeededGenerator(1);
        var scores = (randn(2, rows, columns) * 5).to(ScalarType.BFloat16).requires_grad_();
        var gradient = randn(2, rows, columns).to(ScalarType.BFloat16);
        var exact = scores.detach().to(ScalarType.Float32).requires_grad_();

        var weights = RowSoftmax.Apply(scores);
        weights.backward([gradient]);
        BackwardCallback.ThrowIfFailed();
        var expected = exact.softmax(-1);
        expected.backward([gradient.to(ScalarType.Float32)]);

        // Weights are rounded to 8 bits, and so are gradients.
        Close.To(expected, weights.to(ScalarType.Float32), 2e-3);
        Assert.True(((expected - weights).abs() <= expected * 0.004 + 1e-30).all().item<bool>());
        Close.To(exact.grad!, scores.grad!.to(ScalarType.Float32), 0.02);
    }

    [Fact]
    public void Apply_GivesNothingToHiddenColumns_AndOneToTheOnlyVisibleOne()
    {
        using var scope = NewDisposeScope();
        var scores = full(4, 40, float.NegativeInfinity, ScalarType.BFloat16);
        for (int row = 0; row < 4; row++) scores[row, 11 * row] = 90f * (row - 1);

        var weights = RowSoftmax.Apply(scores).to(ScalarType.Float32);

        for (int row = 0; row < 4; row++)
        {
            float[] expected = new float[40];
            expected[11 * row] = 1;
            Assert.Equal(expected, weights[row].ToValues<float>());
        }
    }

    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity)] // so a step that is not finite is noticed
    public void Apply_SpoilsTheRowOfAScoreThatIsNotFinite(float score)
    {
        using var scope = NewDisposeScope();
        var scores = zeros(2, 33, ScalarType.BFloat16);
        scores[1, 5] = score;

        float[] weights = RowSoftmax.Apply(scores).to(ScalarType.Float32).ToValues<float>();

        Assert.All(weights[..33], weight => Close.To(1 / 33.0, weight, 1e-4));
        Assert.All(weights[33..], weight => Assert.True(float.IsNaN(weight)));
    }

    [Fact]
    public void Apply_DoesNotDependOnTheNumberOfThreads()
    {
        using var scope = NewDisposeScope();
        using var generator = new SeededGenerator(1);
        var scores = randn(2_000, 50).to(ScalarType.BFloat16);
        int threads = get_num_threads();
        try
        {
            set_num_threads(1);
            short[] one = Bits(RowSoftmax.Apply(scores));
            set_num_threads(3);

            Assert.Equal(one, Bits(RowSoftmax.Apply(scores)));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static short[] Bits(Tensor halves) => halves.Values<short>().ToArray();
}
