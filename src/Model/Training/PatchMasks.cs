using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Random masks on the patches of a batch.</summary>
/// <param name="options">How many patches are masked, and which.</param>
/// <param name="rows">Patches of a time step.</param>
internal sealed class PatchMasks(PretrainingOptions options, int rows)
{
    /// <summary>
    /// Masks clips of so many valid time steps each, in a grid of <paramref name="gridSteps"/> steps. At least one patch of a clip stays
    /// visible, and one is masked if there are two. Each clip draws one number from <paramref name="random"/>. Tensors belong to the
    /// current dispose scope.
    /// </summary>
    /// <returns>The visible patches, and (batch, positions) with 1 at masked and 0 at other positions.</returns>
    public (VisiblePatches Visible, Tensor Masked) Of(IReadOnlyList<int> clipSteps, int gridSteps, Random random, Device device)
    {
        int positions = gridSteps * rows;
        bool[][] masks = [.. clipSteps.Select(steps => MaskOf(steps, new Random(random.Next())))];
        int[][] visible = [.. masks.Select(mask => Enumerable.Range(0, mask.Length).Where(i => !mask[i]).ToArray())];
        int most = visible.Max(indices => indices.Length);
        long[] index = [.. visible.SelectMany(indices => FilledUp(indices, most, positions))];
        bool[] valid = [.. visible.SelectMany(indices => Enumerable.Range(0, most).Select(i => i < indices.Length))];
        float[] masked = new float[masks.Length * positions];
        for (int clip = 0; clip < masks.Length; clip++)
        {
            for (int i = 0; i < masks[clip].Length; i++) masked[clip * positions + i] = masks[clip][i] ? 1 : 0;
        }

        long[] shape = [masks.Length, most];
        return (
            new VisiblePatches(
                tensor(index, shape).to(device), valid.All(v => v) ? null : tensor(valid, shape).to(device), positions),
            tensor(masked, [masks.Length, positions]).to(device));
    }

    /// <summary>The mask of one clip, true where masked, in the order of positions.</summary>
    private bool[] MaskOf(int steps, Random random)
    {
        double ratio = options.MaskRatio, share = 1 - Math.Sqrt(1 - ratio); // of steps and of rows, so that both together mask the ratio
        return options.Mask switch
        {
            PatchMask.Unstructured => Chosen(steps * rows, ratio, random),
            PatchMask.Time => Crossed(Chosen(steps, ratio, random), new bool[rows]),
            PatchMask.Frequency => Crossed(new bool[steps], Chosen(rows, ratio, random)),
            _ => Crossed(Chosen(steps, share, random), Chosen(rows, share, random)),
        };
    }

    private static bool[] Crossed(bool[] steps, bool[] rows) => [.. steps.SelectMany(step => rows.Select(row => step || row))];

    // A part of so many things by chance: at least one, but never all.
    private static bool[] Chosen(int count, double part, Random random)
    {
        int chosen = Math.Min(Math.Max(1, (int)Math.Round(part * count)), count - 1);
        bool[] result = new bool[count];
        result.AsSpan(0, Math.Max(0, chosen)).Fill(true);
        random.Shuffle(result);
        return result;
    }

    // Positions without repetition: padding takes those that are not visible.
    private static IEnumerable<long> FilledUp(int[] indices, int count, int positions)
    {
        if (indices.Length == count) return indices.Select(i => (long)i);
        var seen = indices.ToHashSet();
        var others = Enumerable.Range(0, positions).Where(i => !seen.Contains(i)).Take(count - indices.Length);
        return indices.Concat(others).Select(i => (long)i);
    }
}
