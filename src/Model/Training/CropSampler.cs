using System.Numerics.Tensors;

namespace AudioBsq.Training;

/// <summary>
/// An endless, seeded stream of random crops. Each pass cuts crops from every clip in proportion to its length, and shuffles them in a
/// bounded buffer, so that the data may be larger than memory. In the first pass crops are taken while the buffer fills, so that training
/// need not wait for all of it. A pass depends on the seed and its number alone, so the stream can start anywhere at the cost of reading
/// one pass.
/// </summary>
/// <param name="clips">The clips of a pass, by its number from 0: mel spectrograms (frames, bands), row-major.</param>
/// <param name="bands">Bands of every frame.</param>
/// <param name="cropFrames">Frames of a crop; a shorter clip is one crop.</param>
/// <param name="seed">The same seed and data give the same crops.</param>
/// <param name="candidates">Random crops of which the one with the highest mean level is used; 1 for any.</param>
internal sealed class CropSampler(Func<int, IEnumerable<float[]>> clips, int bands, int cropFrames, int seed, int candidates = 1)
{
    private const int BufferedValues = 32 << 20; // 128 MB
    private const int FirstCrops = 64; // buffered before the first is taken

    /// <summary>The position after the last crop.</summary>
    public SamplerPosition Position { get; private set; }

    /// <summary>The current pass, from 1.</summary>
    public int Epoch => Position.Pass + 1;

    /// <summary>Crops (up to cropFrames, bands), each an array of its own, from a position on.</summary>
    /// <exception cref="InvalidOperationException">A pass had no frames, or fewer crops than when the position was saved.</exception>
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
            if (taken < skipped)
            {
                throw new InvalidOperationException(
                    $"Pass {pass} over the training data has {taken} crops; when the run was interrupted it had at least {skipped}. "
                    + "Resume with the same data.");
            }
        }
    }

    private IEnumerable<float[]> OnePass(int pass)
    {
        var random = new Random(StepSeed.Of(seed, pass));
        int capacity = Math.Clamp(BufferedValues / (cropFrames * bands), 16, 4096);
        var buffer = new List<float[]>(capacity);
        int cut = 0;
        foreach (float[] clip in clips(pass))
        {
            if (clip.Length % bands != 0)
                throw new ArgumentException($"A mel spectrogram has {clip.Length} values, which is no multiple of {bands} bands.");
            for (int i = CropsOf(clip.Length / bands); i > 0; i--)
            {
                buffer.Add(Crop(clip, random));
                bool takesEarly = pass == 0 && buffer.Count > FirstCrops && ++cut % 2 == 0; // of two crops one stays
                if (buffer.Count == capacity || takesEarly) yield return RemoveRandom(buffer, random);
            }
        }

        while (buffer.Count > 0) yield return RemoveRandom(buffer, random);
    }

    private int CropsOf(int frames) => frames == 0 ? 0 : Math.Max(1, (int)Math.Round((double)frames / cropFrames));

    private float[] Crop(float[] clip, Random random)
    {
        int frames = clip.Length / bands;
        if (frames <= cropFrames) return clip;
        int start = random.Next(frames - cropFrames + 1);
        for (int i = 1; i < candidates; i++)
        {
            int other = random.Next(frames - cropFrames + 1);
            if (LevelAt(other) > LevelAt(start)) start = other;
        }

        return clip.AsSpan(start * bands, cropFrames * bands).ToArray();

        float LevelAt(int frame) => TensorPrimitives.Sum(clip.AsSpan(frame * bands, cropFrames * bands));
    }

    private static float[] RemoveRandom(List<float[]> buffer, Random random)
    {
        int i = random.Next(buffer.Count);
        float[] crop = buffer[i];
        buffer[i] = buffer[^1];
        buffer.RemoveAt(buffer.Count - 1);
        return crop;
    }
}

/// <summary>A position in the stream of crops.</summary>
/// <param name="Pass">The pass, from 0.</param>
/// <param name="Taken">Crops of this pass before the position.</param>
internal readonly record struct SamplerPosition(int Pass, int Taken);
