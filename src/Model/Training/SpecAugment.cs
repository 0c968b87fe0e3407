namespace AudioBsq.Training;

/// <summary>Silences a stretch of frames and a stretch of bands of a mel spectrogram.</summary>
internal sealed class SpecAugment(AugmentationOptions options, int bands, float silence)
{
    /// <summary>A copy of the mel (frames, bands) with its masks.</summary>
    public float[] Mask(ReadOnlySpan<float> mel, Random random)
    {
        float[] masked = mel.ToArray();
        int frames = mel.Length / bands;
        if (random.NextDouble() < options.Probability)
        {
            var (start, end) = Stretch(frames, (int)(options.LargestTimeMask * frames), random.NextSingle(), random.NextSingle());
            masked.AsSpan(start * bands, (end - start) * bands).Fill(silence);
        }

        if (random.NextDouble() < options.Probability)
        {
            var (start, end) = Stretch(bands, (int)(options.LargestBandMask * bands), random.NextSingle(), random.NextSingle());
            for (int t = 0; t < frames; t++) masked.AsSpan(t * bands + start, end - start).Fill(silence);
        }

        return masked;
    }

    /// <summary>From two numbers in [0, 1), where a mask of up to <paramref name="largest"/> (not included) of <paramref name="size"/> begins and ends.</summary>
    public static (int Start, int End) Stretch(int size, int largest, float length, float position)
    {
        float exact = length * largest;
        int start = (int)(position * (size - exact));
        return (start, start + (int)exact);
    }
}
