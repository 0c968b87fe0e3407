using System.Text;

namespace AudioBsq.Tests;

/// <summary>Weights by formula, for models at full size: splitmix64 (Steele et al. 2014), seeded by each tensor's name.</summary>
internal static class FormulaWeights
{
    /// <summary>The values of one tensor, row by row.</summary>
    public static float[] Of(string name, IReadOnlyList<long> shape)
    {
        int count = (int)shape.Aggregate(1L, (product, size) => product * size);
        float[] uniform = Uniform(name, count);
        float fan = MathF.Sqrt(3f / ((float)count / shape[0]));
        Func<float, float> map = name.Split('.')[^1] switch
        {
            "running_mean" => u => 0.1f * u,
            "running_var" => u => 1 + 0.5f * u,
            "positional_embedding" => u => 0.035f * u,
            "weight" when shape.Count == 1 => u => 1 + 0.1f * u,
            _ when shape.Count == 1 => u => 0.05f * u,
            _ => u => fan * u,
        };
        return Array.ConvertAll(uniform, u => map(u));
    }

    /// <summary>Numbers from −1 to below 1.</summary>
    public static float[] Uniform(string name, int count)
    {
        ulong seed = 0xcbf29ce484222325; // FNV-1a
        foreach (byte b in Encoding.UTF8.GetBytes(name)) seed = (seed ^ b) * 0x100000001b3;
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            ulong s = seed + (ulong)(i + 1) * 0x9E3779B97F4A7C15;
            s = (s ^ (s >> 30)) * 0xBF58476D1CE4E5B9;
            s = (s ^ (s >> 27)) * 0x94D049BB133111EB;
            s ^= s >> 31;
            values[i] = (s >> 40) * (1f / (1 << 23)) - 1;
        }

        return values;
    }
}
