using System.Numerics.Tensors;

namespace KeywordSpotting;

/// <summary>
/// A word as it was said once, looked for in a stream by subsequence dynamic time warping (Müller 2007, section 4.4): it may begin at every
/// step, and each new step updates one column of costs.
/// </summary>
internal sealed class EnrolledWord(string word, float[][] steps)
{
    private readonly float[] _costs = Enumerable.Repeat(float.MaxValue / 4, steps.Length).ToArray();

    public string Word => word;

    /// <summary>The cost below which it counts as heard.</summary>
    public float Threshold { get; set; }

    /// <summary>The cost of the best alignment that ends at this step, for each step of the word: 0 where all is the same.</summary>
    public float Accept(float[] step)
    {
        float before = 0, beneath = 0; // costs of the word's step before: at the stream's step before, and at this one
        for (int i = 0; i < steps.Length; i++)
        {
            float cost = 1 - TensorPrimitives.Dot<float>(steps[i], step);
            float best = i == 0 ? 0 : Math.Min(Math.Min(before, beneath), _costs[i]);
            (before, beneath) = (_costs[i], cost + best);
            _costs[i] = beneath;
        }

        return beneath / steps.Length;
    }

    /// <summary>The least cost in a sound.</summary>
    public float Best(float[][] sound)
    {
        Array.Fill(_costs, float.MaxValue / 4);
        float best = sound.Min(Accept);
        Array.Fill(_costs, float.MaxValue / 4);
        return best;
    }
}
