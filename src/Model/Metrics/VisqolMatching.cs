namespace AudioBsq.Metrics;

/// <summary>
/// Finds for every patch of the reference the most similar patch of the degraded spectrogram, in the same order of time (Chinen et al.
/// 2020): dynamic programming over start frames up to 60 patches away.
/// </summary>
internal sealed class VisqolMatching
{
    private const int Window = 60 * VisqolPatches.Length;

    private readonly int[] _starts;
    private readonly int _frames;
    private readonly double[][] _totals; // similarity of all patches up to one, by its start frame
    private readonly int[][] _previous;  // start of the patch before it; the frame itself where the patch has no match

    public VisqolMatching(GammatoneSpectrogram reference, GammatoneSpectrogram degraded, int[] starts)
    {
        _frames = degraded.Frames;
        _starts = [.. starts.TakeWhile(start => start - VisqolPatches.Length / 2 <= _frames)]; // the last may start half a patch too late
        (_totals, _previous) = (new double[_starts.Length][], new int[_starts.Length][]);
        NeurogramPatch[] candidates = [.. Enumerable.Range(0, _frames).Select(frame => degraded.Patch(frame, VisqolPatches.Length))];
        for (int patch = 0; patch < _starts.Length; patch++) Fill(patch, reference.Patch(_starts[patch], VisqolPatches.Length), candidates);
        Matches = Trace();
    }

    /// <summary>
    /// Start frames of the patches that the degraded waveform is long enough for, and of their matches, or null for none.
    /// </summary>
    public (int Reference, int? Degraded)[] Matches { get; }

    private (int From, int To) Range(int patch) => (Math.Max(0, _starts[patch] - Window), Math.Min(_frames - 1, _starts[patch] + Window));

    private void Fill(int patch, NeurogramPatch wanted, NeurogramPatch[] candidates)
    {
        double[] totals = _totals[patch] = new double[_frames], bandMeans = new double[GammatoneSpectrogram.Bands];
        int[] previous = _previous[patch] = new int[_frames];
        var (from, to) = Range(patch);
        double best = double.NegativeInfinity; // of the frames before this one; the last of equals
        int bestAt = -1, seen = patch == 0 ? 0 : Range(patch - 1).From;
        for (int frame = from; frame <= to; frame++)
        {
            double similarity = wanted.Similarity(candidates[frame], bandMeans);
            if (patch == 0)
            {
                (totals[frame], previous[frame]) = (similarity, -1);
                continue;
            }

            double[] before = _totals[patch - 1];
            for (; seen < frame; seen++)
            {
                if (before[seen] >= best) (best, bestAt) = (before[seen], seen);
            }

            (totals[frame], previous[frame]) = before[frame] > similarity + best ? (before[frame], frame) : (similarity + best, bestAt);
        }
    }

    private (int Reference, int? Degraded)[] Trace()
    {
        if (_starts.Length == 0) return [];
        var matches = new (int, int?)[_starts.Length];
        var (from, to) = Range(_starts.Length - 1);
        int frame = from;
        for (int i = from; i <= to; i++)
        {
            if (_totals[^1][i] > _totals[^1][frame]) frame = i;
        }

        for (int patch = matches.Length - 1; patch >= 0; patch--)
        {
            int before = _previous[patch][frame];
            matches[patch] = (_starts[patch], before == frame ? null : frame);
            frame = before;
        }

        return matches;
    }
}
