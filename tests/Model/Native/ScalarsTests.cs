using System.Linq.Expressions;
using AudioBsq.Native;
using AudioBsq.Tests.Model.Training;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Native;

[NoTensorLeaks]
public class ScalarsTests
{
    [Fact]
    public void Scalar_KeepsTheKindOfNumber()
    {
        Assert.Equal(ScalarType.Float64, Scalar(0.5).Type);
        Assert.Equal(ScalarType.Float64, Scalar(0.5f).Type);
        Assert.Equal(ScalarType.Int64, Scalar(1).Type);
        Assert.Equal(ScalarType.Int64, Scalar(1L).Type);
    }

    [Fact]
    public void Scalar_IsHeldByItsThread_UntilManyMoreWereMade()
    {
        var first = Make();

        for (int i = 0; i < 100; i++) Make();
        Collect();
        Assert.True(first.IsAlive);

        for (int i = 0; i < 1000; i++) Make();
        Collect();
        Assert.False(first.IsAlive);
    }

    [Fact]
    public void Sums_AreTorchsOwn()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (randn(3, 4), randn(4));

        Assert.True(x.Plus(y).equal(x + y).all().item<bool>());
        Assert.True(x.Plus(Scalar(0.3)).equal(x + 0.3).all().item<bool>());
        Assert.True(x.Square().equal(x.square()).all().item<bool>());
        Assert.True((x * Scalar(30)).Softplus().equal(nn.functional.softplus(x * 30)).all().item<bool>());
    }

    [Fact] // A bare number here is gone after a few calls: torch copies x first, and reads the number after that.
    [Trait("Speed", "Slow")]
    public void Scalar_OutlivesTheOperation_WhileAnotherThreadMakesGarbage()
    {
        using var scope = NewDisposeScope();
        var (x, mask) = (zeros(1 << 20), ones(1 << 20, ScalarType.Bool));
        var fill = MaskedFill();

        WhileAnotherThreadMakesGarbage(() =>
        {
            for (int i = 1; i <= 100; i++)
            {
                using var filled = fill(x, mask, i);
                using var first = filled[0];
                Assert.Equal(i, first.item<float>());
            }
        });
    }

    [Fact, Trait("Speed", "Slow")] // with bare numbers: "expected false to be true", "unknown scalar type", or other weights
    public void Training_GivesTheSameWeights_WhileAnotherThreadMakesGarbage()
    {
        byte[] expected = Runs.Uninterrupted;

        WhileAnotherThreadMakesGarbage(() => Assert.Equal(expected, Runs.Train(Runs.Everything)));
    }

    // x.masked_fill(mask, Scalar(i)), compiled now: a Debug build of this file would keep the number alive itself.
    private static Func<Tensor, Tensor, int, Tensor> MaskedFill()
    {
        var (x, mask, i) = (Expression.Parameter(typeof(Tensor)), Expression.Parameter(typeof(Tensor)), Expression.Parameter(typeof(int)));
        var number = Expression.Call(typeof(Scalars), nameof(Scalar), null, i);
        return Expression.Lambda<Func<Tensor, Tensor, int, Tensor>>(
            Expression.Call(x, nameof(Tensor.masked_fill), null, mask, number), x, mask, i).Compile();
    }

    private static void WhileAnotherThreadMakesGarbage(Action action)
    {
        using var end = new CancellationTokenSource();
        var other = new Thread(() =>
        {
            while (!end.IsCancellationRequested) GC.KeepAlive(new byte[2000]);
        });
        other.Start();
        try
        {
            action();
        }
        finally
        {
            end.Cancel();
            other.Join();
        }
    }

    private static WeakReference Make() => new(Scalar(0.5));

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
