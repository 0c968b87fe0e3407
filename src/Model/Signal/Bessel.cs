namespace AudioBsq.Signal;

/// <summary>The modified Bessel function that Kaiser windows are made of.</summary>
internal static class Bessel
{
    /// <summary>I₀(x) by its power series, whose terms are added as long as they change the sum.</summary>
    public static double I0(double x)
    {
        double sum = 1, term = 1;
        for (int k = 1; term > sum * 1e-17; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }

        return sum;
    }
}
