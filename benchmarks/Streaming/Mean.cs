namespace AudioBsq.Benchmarks.Streaming;

/// <summary>The mean of what was added.</summary>
internal sealed class Mean
{
    private double _sum;
    private int _count;

    public double Value => _sum / _count;

    public void Add(double value) => (_sum, _count) = (_sum + value, _count + 1);
}
