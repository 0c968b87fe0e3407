namespace AudioBsq.Tests.Model.Signal;

/// <summary>Test sounds, and measurements of a single frequency in them.</summary>
internal static class Tone
{
    public static float[] Sine(double frequency, int rate, int samples, double amplitude = 1, double phase = 0.3) =>
        [.. Enumerable.Range(0, samples).Select(n => (float)(amplitude * Math.Sin(2 * Math.PI * frequency * n / rate + phase)))];

    public static float[] Noise(int samples, int seed, double amplitude = 0.3)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, samples).Select(_ => (float)(amplitude * (2 * random.NextDouble() - 1)))];
    }

    /// <summary>
    /// Amplitude of one frequency in a sound, through a Blackman window (side lobes below −58 dB, falling by 18 dB per octave).
    /// </summary>
    public static double AmplitudeAt(double frequency, int rate, ReadOnlySpan<float> sound)
    {
        double re = 0, im = 0, sum = 0;
        for (int n = 0; n < sound.Length; n++)
        {
            double u = 2 * Math.PI * n / sound.Length, window = 0.42 - 0.5 * Math.Cos(u) + 0.08 * Math.Cos(2 * u);
            var (sin, cos) = Math.SinCos(2 * Math.PI * frequency * n / rate);
            (re, im, sum) = (re + window * cos * sound[n], im + window * sin * sound[n], sum + window);
        }

        return 2 * Math.Sqrt(re * re + im * im) / sum;
    }

    public static double Decibels(double amplitude) => 20 * Math.Log10(Math.Max(amplitude, 1e-12));

    public static double Rms(ReadOnlySpan<float> sound)
    {
        double sum = 0;
        foreach (float x in sound) sum += (double)x * x;
        return Math.Sqrt(sum / sound.Length);
    }
}
