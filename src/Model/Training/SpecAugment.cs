namespace AudioBsq.Training;

/// <summary>Masks a stretch of frames and a stretch of bands of a mel spectrogram with silence, the same in all its windows.</summary>
internal sealed class SpecAugment(AugmentationOptions options, int bands, float silence, int scales = 1)
{
    /// <summary>A masked copy of the mel (frames, bands × scales).</summary>
    public float[] Mask(ReadOnlySpan<float> mel, Random random)
    {
        float[] masked = mel.ToArray();
        int perFrame = bands * scales, frames = mel.Length / perFrame;
        if (random.NextDouble() < options.Probability)
        {
            var (start, end) = Stretch(frames, (int)(options.LargestTimeMask * frames), random.NextSingle(), random.NextSingle());
            masked.AsSpan(start * perFrame, (end - start) * perFrame).Fill(silence);
        }

        if (random.NextDouble() < options.Probability)
        {
            var (start, end) = Stretch(bands, (int)(options.LargestBandMask * bands), random.NextSingle(), random.NextSingle());
            for (int t = 0; t < frames * scales; t++) masked.AsSpan(t * bands + start, end - start).Fill(silence);
        }

        return masked;
    }

    /// <summary>
    /// The start and end of a mask, from two random numbers in [0, 1): shorter than <paramref name="maxLength"/>, inside
    /// <paramref name="size"/>.
    /// </summary>
    public static (int Start, int End) Stretch(int size, int maxLength, float length, float position)
    {
        float exact = length * maxLength;
        int start = (int)(position * (size - exact));
        return (start, start + (int)exact);
    }
}
