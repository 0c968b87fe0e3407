namespace AudioBsq.Tests;

/// <summary>Comparisons whose failure says where and by how much.</summary>
internal static partial class Close
{
    public static void To(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what = "values")
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {expected.Length} expected, {actual.Length} found");
        int worst = -1;
        double difference = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double d = Math.Abs((double)expected[i] - actual[i]);
            if (d > difference || double.IsNaN(d)) (worst, difference) = (i, double.IsNaN(d) ? double.PositiveInfinity : d);
        }

        Assert.True(difference <= tolerance,
            worst < 0 ? "" : $"{what}[{worst}]: {expected[worst]:R} expected, {actual[worst]:R} found, "
                + $"{difference:E2} apart; {tolerance:E2} allowed");
    }

    public static void To(double expected, double actual, double tolerance, string what = "value") =>
        Assert.True(
            Math.Abs(expected - actual) <= tolerance,
            $"{what}: {expected:R} expected, {actual:R} found, {Math.Abs(expected - actual):E2} apart; {tolerance:E2} allowed");
}
