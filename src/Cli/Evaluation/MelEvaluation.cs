using AudioBsq.Cli.Tokenizing;
using AudioBsq.Quantization;

namespace AudioBsq.Cli.Evaluation;

/// <summary>Reconstructs the mel spectrograms of clips from their tokens and measures them, each clip and all together.</summary>
internal sealed class MelEvaluation(AudioBsqModel model)
{
    private readonly ConstantBaseline _baseline = new(model.Options.Bands, model.Options.MinLevel, model.Options.MaxLevel);
    private readonly List<EvaluationSummary.Figures> _clips = [];
    private readonly List<EvaluationSummary.Failure> _failed = [];
    private readonly List<long> _tokens = [];
    private double _absolute, _squared, _seconds;
    private long _values;

    /// <summary>Whether a clip was measured.</summary>
    public bool Any => _clips.Count > 0;

    /// <summary>The tokens of all clips.</summary>
    public IReadOnlyList<long> Tokens => _tokens;

    public void Refuse(string path, string reason) => _failed.Add(new EvaluationSummary.Failure(path, reason));

    /// <summary>
    /// Measures a clip that has its mel spectrogram. Returns the reconstructed one, whose last patch may reach beyond the clip's end.
    /// </summary>
    public float[] Add(ClipTokens clip)
    {
        float[] reconstructed = model.Decode(clip.Tokens);
        var (absolute, squared) = (0.0, 0.0);
        for (int i = 0; i < clip.Mel.Length; i++)
        {
            double difference = (double)reconstructed[i] - clip.Mel[i];
            absolute += Math.Abs(difference);
            squared += difference * difference;
        }

        long[] tokens = Array.ConvertAll(clip.Tokens, token => (long)token);
        _clips.Add(Figures(clip.Path, clip.Seconds, clip.Mel.Length, absolute, squared, tokens));
        _tokens.AddRange(tokens);
        _baseline.Add(clip.Mel);
        _values += clip.Mel.Length;
        _absolute += absolute;
        _squared += squared;
        _seconds += clip.Seconds;
        return reconstructed;
    }

    /// <param name="path">The model's file.</param>
    /// <param name="elapsed">Time for decoding, tokens and reconstruction.</param>
    public EvaluationSummary Result(string path, TimeSpan elapsed) => new(
        "evaluation",
        path,
        model.Mel.Level,
        model.Options.BitsPerToken,
        model.TokensPerSecond * model.Options.BitsPerToken,
        elapsed.TotalSeconds,
        _seconds / elapsed.TotalSeconds,
        Figures("total", _seconds, _values, _absolute, _squared, [.. _tokens]),
        _baseline.AbsoluteError,
        _baseline.SquaredError,
        _clips,
        _failed);

    private EvaluationSummary.Figures Figures(string path, double seconds, long values, double absolute, double squared, long[] tokens)
    {
        var codes = CodebookDiagnostics.Of(tokens, model.Options.BitsPerToken, model.Options.TokensPerPosition);
        return new EvaluationSummary.Figures(
            path, seconds, values / model.Options.Bands, absolute / values, squared / values,
            codes.Positions, codes.DistinctCodes, codes.AttainableUsage, codes.JointEntropy, codes.MeanBitEntropy, codes.DeadBits,
            codes.MeanBitCorrelation);
    }
}
