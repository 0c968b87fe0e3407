namespace AudioBsq.Training;

/// <summary>
/// An endless, seeded stream of random crops. Every pass over the clips takes crops from each in proportion to its length and mixes
/// them in a bounded buffer, so that data larger than memory is shuffled too. A pass depends on the seed and its number alone, so the
/// stream can begin anywhere at the cost of reading one pass.
/// </summary>
/// <param name="clips">Given the number of the pass, from 0: mel spectrograms (frames, bands), row-major.</param>
/// <param name="bands">Bands of every frame.</param>
/// <param name="cropFrames">Frames of a crop; shorter clips are given whole.</param>
/// <param name="seed">Same seed and data, same crops.</param>
internal sealed class CropSampler(Func<int, IEnumerable<float[]>> clips, int bands, int cropFrames, int seed)
{
    private const int BufferedNumbers = 32 << 20; // 128 MB

    /// <summary>Behind the last crop that was given.</summary>
    public SamplerPosition Position { get; private set; }

    /// <summary>Passes begun, from 1.</summary>
    public int Epoch => Position.Pass + 1;

    /// <summary>Crops (up to cropFrames, bands), each an array of its own, from a position on.</summary>
    /// <exception cref="InvalidOperationException">A whole pass brought no frame, or the data is not what it was when the position was taken.</exception>
    public IEnumerable<float[]> Crops(SamplerPosition from = default)
    {
        for (int pass = from.Pass; ; pass++)
        {
            int taken = 0, skipped = pass == from.Pass ? from.Taken : 0;
            foreach (float[] crop in OnePass(pass))
            {
                if (++taken <= skipped) continue;
                Position = new SamplerPosition(pass, taken);
                yield return crop;
            }

            if (taken == 0) throw new InvalidOperationException("The training data holds no frames.");
            if (taken < skipped) throw new InvalidOperationException($"Pass {pass} over the training data has {taken} crops; when the run was interrupted it had at least {skipped}. Resume with the same data.");
        }
    }

    private IEnumerable<float[]> OnePass(int pass)
    {
        var random = new Random(StepSeed.Of(seed, pass));
        int capacity = Math.Clamp(BufferedNumbers / (cropFrames * bands), 16, 4096);
        var buffer = new List<float[]>(capacity);
        foreach (float[] clip in clips(pass))
        {
            if (clip.Length % bands != 0) throw new ArgumentException($"A mel spectrogram has {clip.Length} numbers, which is no multiple of {bands} bands.");
            for (int i = CropsOf(clip.Length / bands); i > 0; i--)
            {
                buffer.Add(Crop(clip, random));
                if (buffer.Count == capacity) yield return TakeAny(buffer, random);
            }
        }

        while (buffer.Count > 0) yield return TakeAny(buffer, random);
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

/// <summary>A place in the stream of crops.</summary>
/// <param name="Pass">The pass, from 0.</param>
/// <param name="Taken">Crops of this pass that were taken.</param>
internal readonly record struct SamplerPosition(int Pass, int Taken);
