using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace InMemory;

/// <summary>A press of a telephone's key: two tones at once, one for the key's row and one for its column (ITU-T Q.23).</summary>
internal sealed class Press
{
    /// <summary>The key, 0 to 9.</summary>
    public string Digit { get; set; } = "";

    /// <summary>Mono samples at <see cref="Keypad.SampleRate"/>.</summary>
    public float[] Samples { get; set; } = [];

    /// <summary>The same as a WAV file.</summary>
    public byte[] File { get; set; } = [];
}

/// <summary>Presses keys.</summary>
internal static class Keypad
{
    public const int SampleRate = 44_100;

    private static readonly double[] Rows = [697, 770, 852, 941], Columns = [1_209, 1_336, 1_477];

    /// <summary>Every key so many times, each time for another while, from 0.2 to 0.6 s, and in other noise.</summary>
    public static List<Press> All(int times, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 10 * times).Select(i => One(i % 10, random))];
    }

    private static Press One(int digit, Random random)
    {
        int place = digit == 0 ? 10 : digit - 1; // 1 2 3, 4 5 6, 7 8 9, * 0 #
        double row = 2 * Math.PI * Rows[place / 3] / SampleRate, column = 2 * Math.PI * Columns[place % 3] / SampleRate;
        float[] samples = new float[random.Next(SampleRate / 5, 3 * SampleRate / 5)];
        for (int n = 0; n < samples.Length; n++)
            samples[n] = (float)(0.3 * Math.Sin(row * n) + 0.3 * Math.Sin(column * n) + 0.02 * (random.NextDouble() - 0.5));

        using var file = new MemoryStream();
        AudioFile.WriteWav(file, new Waveform(samples, SampleRate));
        return new Press { Digit = $"{digit}", Samples = samples, File = file.ToArray() };
    }
}
