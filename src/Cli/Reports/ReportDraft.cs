using AudioBsq.Cli.Evaluation;
using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Reports;

/// <summary>Gathers what a page will show, clip by clip.</summary>
internal sealed class ReportDraft(AudioBsqModel model, Synthesis synthesis, MetricProgram? command, int seconds)
{
    private readonly MelEvaluation _evaluation = new(model);
    private readonly SoundEvaluation _sound = new(model.Mel, synthesis, command);
    private readonly ReportSpeed _speed = new(model, synthesis);
    private readonly List<ReportClip> _clips = [];
    private readonly List<long> _tokens = [];

    /// <summary>Whether there is something to report.</summary>
    public bool Any => _evaluation.Any;

    /// <summary>Clips to see and hear so far.</summary>
    public int Shown => _clips.Count;

    public void Refuse(string path, string reason) => _evaluation.Refuse(path, reason);

    /// <summary>Measures a clip with its mel spectrogram and waveform; gives what is missing from it.</summary>
    public IReadOnlyList<string> Add(ClipTokens clip, bool isShown, CancellationToken cancellation)
    {
        float[] drawn = _evaluation.Add(clip);
        var heard = _sound.Add(clip, drawn, cancellation);
        _tokens.AddRange(clip.Tokens.Select(token => (long)token));
        if (!isShown) return heard.Figures.Problems;
        var shown = ReportClip.Of(clip, heard, model.Mel, seconds);
        _clips.Add(shown);
        _speed.Add(shown.Sounds[0].Sound, cancellation);
        return heard.Figures.Problems;
    }

    public ReportContent Finish(string path, ReportOrigin origin, TimeSpan elapsed) => new(
        origin,
        ModelSummary.TokenizerModel.Of(model),
        _evaluation.Result(path, elapsed) with { Sound = _sound.Result() },
        CodeUse.Of(_tokens, model.Options.BitsPerToken, model.Options.TokensPerPosition),
        _speed,
        _clips);
}
