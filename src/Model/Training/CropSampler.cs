namespace AudioBsq.Training;

/// <summary>
/// An endless, seeded stream of random crops. Every pass over the clips takes crops from each in proportion to its length and mixes
/// them in a bounded buffer, so that data larger than memory is shuffled too.
/// </summary>
/// <param name="clips">Given the number of the pass, from 0: mel spectrograms (frames, bands), row-major.</param>
/// <param name="bands">Bands of every frame.</param>
/// <param name="cropFrames">Frames of a crop; shorter clips are given whole.</param>
/// <param name="seed">Same seed and data, same crops.</param>
internal sealed class CropSampler(Func<int, IEnumerable<float[]>> clips, int bands, int cropFrames, int seed)
{
    private const int BufferedNumbers = 32 << 20; // 128 MB

    /// <summary>Passes begun, from 1.</summary>
    public int Epoch { get; private set; }

    /// <summary>Crops (up to cropFrames, bands), each an array of its own.</summary>
    /// <exception cref="InvalidOperationException">A whole pass brought no frame.</exception>
    public IEnumerable<float[]> Crops()
    {
        var random = new Random(seed);
        int capacity = Math.Clamp(BufferedNumbers / (cropFrames * bands), 16, 4096);
        var buffer = new List<float[]>(capacity);
        while (true)
        {
            bool any = false;
            foreach (float[] clip in clips(Epoch++))
            {
                if (clip.Length % bands != 0) throw new ArgumentException($"A mel spectrogram has {clip.Length} numbers, which is no multiple of {bands} bands.", nameof(clips));
                for (int i = CropsOf(clip.Length / bands); i > 0; i--)
                {
                    any = true;
                    buffer.Add(Crop(clip, random));
                    if (buffer.Count == capacity) yield return TakeAny(buffer, random);
                }
            }

            if (!any) throw new InvalidOperationException("The training data holds no frames.");
            while (buffer.Count > 0) yield return TakeAny(buffer, random);
        }
    }

    private int CropsOf(int frames) => frames == 0 ? 0 : Math.Max(1, (int)Math.Round((double)frames / cropFrames));

    private float[] Crop(float[] clip, Random random)
    {
        int frames = clip.Length / bands;
        if (frames <= cropFrames) return clip;
        int start = random.Next(frames - cropFrames + 1);
        return clip.AsSpan(start * bands, cropFrames * bands).ToArray();
    }

    private static float[] TakeAny(List<float[]> buffer, Random random)
    {
        int i = random.Next(buffer.Count);
        float[] crop = buffer[i];
        buffer[i] = buffer[^1];
        buffer.RemoveAt(buffer.Count - 1);
        return crop;
    }
}
