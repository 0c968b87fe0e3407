using AudioBsq.Cli.Tokenizing;
using AudioBsq.Quantization;

namespace AudioBsq.Cli.Evaluation;

/// <summary>Reconstructs clips and measures them, each and all together.</summary>
internal sealed class MelEvaluation(AudioBsqModel model)
{
    private readonly List<EvaluationSummary.Figures> _clips = [];
    private readonly List<EvaluationSummary.Failure> _failed = [];
    private readonly List<long> _tokens = [];
    private double _absolute, _squared, _seconds;
    private readonly ConstantBaseline _constants = new(model.Options.Bands, model.Options.MinLevel, model.Options.MaxLevel);
    private long _numbers;

    /// <summary>Whether there is something to report.</summary>
    public bool Any => _clips.Count > 0;

    public void Refuse(string path, string reason) => _failed.Add(new EvaluationSummary.Failure(path, reason));

    /// <summary>Measures a clip with its mel spectrogram; what its last patch holds beyond the end is left out. Gives the mel spectrogram that its tokens stand for.</summary>
    public float[] Add(ClipTokens clip)
    {
        float[] drawn = model.Decode(clip.Tokens);
        var (absolute, squared) = (0.0, 0.0);
        for (int i = 0; i < clip.Mel.Length; i++)
        {
            double difference = (double)drawn[i] - clip.Mel[i];
            absolute += Math.Abs(difference);
            squared += difference * difference;
        }

        long[] tokens = Array.ConvertAll(clip.Tokens, token => (long)token);
        _clips.Add(Figures(clip.Path, clip.Seconds, clip.Mel.Length, absolute, squared, tokens));
        _tokens.AddRange(tokens);
        _constants.Add(clip.Mel);
        _numbers += clip.Mel.Length;
        _absolute += absolute;
        _squared += squared;
        _seconds += clip.Seconds;
        return drawn;
    }

    /// <param name="path">The model's file.</param>
    /// <param name="elapsed">Time for everything: decoding, tokens, reconstruction.</param>
    public EvaluationSummary Result(string path, TimeSpan elapsed) => new(
        "evaluation", path, model.Mel.Level, model.Options.BitsPerToken, model.TokensPerSecond * model.Options.BitsPerToken, elapsed.TotalSeconds, _seconds / elapsed.TotalSeconds,
        Figures("total", _seconds, _numbers, _absolute, _squared, [.. _tokens]), _constants.AbsoluteError, _constants.SquaredError, _clips, _failed);

    private EvaluationSummary.Figures Figures(string path, double seconds, long numbers, double absolute, double squared, long[] tokens)
    {
        var codes = CodebookDiagnostics.Of(tokens, model.Options.BitsPerToken, model.Options.TokensPerPosition);
        return new EvaluationSummary.Figures(
            path, seconds, numbers / model.Options.Bands, absolute / numbers, squared / numbers,
            codes.Positions, codes.DistinctCodes, codes.AttainableUsage, codes.JointEntropy, codes.MeanBitEntropy, codes.DeadBits, codes.MeanBitCorrelation);
    }
}
