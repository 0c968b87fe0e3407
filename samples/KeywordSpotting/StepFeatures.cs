using AudioBsq;
using AudioBsq.Signal;

namespace KeywordSpotting;

/// <summary>
/// Sound → one vector of features for each time step of 40 ms, of length 1: the encoder's layer before the last. The model looks both ways,
/// so a stream goes through it in windows of 1.92 s, one each 0.96 s, and the middle of each counts.
/// </summary>
internal sealed class StepFeatures(AudioBsqModel model)
{
    private const int Layer = 2;

    private readonly StreamingMelSpectrogram _mel = new(model.Mel);
    private readonly List<float> _frames = [];
    private float[] _means = [], _deviations = [];

    /// <summary>Steps at the beginning of a stream that have no features: the first quarter of the first window.</summary>
    public long FirstStep => model.Options.WindowFrames / model.Options.PatchFrames / 4;

    /// <summary>Features of whole sounds. Their means and deviations standardize these and all that come later.</summary>
    public float[][][] Whole(IReadOnlyList<float[]> sounds)
    {
        var mel = new MelSpectrogram(model.Mel);
        float[][][] clips = [.. sounds.Select(sound => Steps(mel.Extract(sound)))];
        float[][] all = [.. clips.SelectMany(clip => clip)];
        float[][] columns = [.. Enumerable.Range(0, all[0].Length).Select(k => Array.ConvertAll(all, step => step[k]))];
        _means = Array.ConvertAll(columns, column => column.Average());
        _deviations = [.. columns.Select((column, k) => MathF.Sqrt(column.Average(x => (x - _means[k]) * (x - _means[k]))) + 1e-6f)];
        return Array.ConvertAll(clips, clip => Array.ConvertAll(clip, Unit));
    }

    /// <summary>The steps that have become known by these samples of a stream. It begins with half a second that is left out.</summary>
    public IEnumerable<float[]> Accept(ReadOnlyMemory<float> samples)
    {
        int window = model.Options.WindowFrames * model.Mel.Bands, quarter = window / 4;
        _frames.AddRange(_mel.Accept(samples.Span));
        while (_frames.Count >= window)
        {
            float[][] steps = Steps([.. _frames.Take(window)]);
            _frames.RemoveRange(0, 2 * quarter);
            foreach (float[] step in steps[(steps.Length / 4)..(3 * steps.Length / 4)]) yield return Unit(step);
        }
    }

    // As many parts as steps: nothing is pooled.
    private float[][] Steps(float[] mel)
    {
        int steps = mel.Length / model.Mel.Bands / model.Options.PatchFrames;
        float[] features = model.Embed(mel, new EmbeddingOptions { Layer = Layer, Parts = steps, PerRow = true, Deviation = false });
        return [.. features.Chunk(features.Length / steps)];
    }

    private float[] Unit(float[] step)
    {
        float[] standardized = [.. step.Select((x, k) => (x - _means[k]) / _deviations[k])];
        float length = MathF.Sqrt(standardized.Sum(x => x * x));
        return Array.ConvertAll(standardized, x => x / length);
    }
}
