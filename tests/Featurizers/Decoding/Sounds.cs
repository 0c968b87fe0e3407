namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>Measures of how alike two sounds are.</summary>
internal static class Sounds
{
    /// <summary>Power of the sound over power of the difference, in dB.</summary>
    public static double SignalToNoise(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double signal = 0, noise = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            signal += (double)expected[i] * expected[i];
            noise += Math.Pow((double)expected[i] - actual[i], 2);
        }

        return 10 * Math.Log10(signal / noise);
    }

    /// <summary>The shift, at most <paramref name="most"/> samples either way, at which the two agree best.</summary>
    public static int Lag(float[] expected, float[] actual, int most)
    {
        int best = 0;
        double highest = double.NegativeInfinity;
        for (int lag = -most; lag <= most; lag++)
        {
            int from = Math.Max(0, lag), to = Math.Min(expected.Length, actual.Length + lag);
            double product = System.Numerics.Tensors.TensorPrimitives.Dot(
                expected.AsSpan(from, to - from), actual.AsSpan(from - lag, to - from));
            if (product > highest) (highest, best) = (product, lag);
        }

        return best;
    }
}
