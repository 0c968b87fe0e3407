using System.CommandLine;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Persistence;

namespace AudioBsq.Cli.Reports;

/// <summary>Collects what a page shows while clips are measured, and writes it: the file is there in whole or not at all.</summary>
/// <param name="path">The file.</param>
/// <param name="model">What is measured.</param>
/// <param name="synthesis">How its mel spectrograms become sound.</param>
/// <param name="count">Clips to see and hear.</param>
/// <param name="seconds">Longest part of a clip that is in the page.</param>
internal sealed class ReportWriter(string path, AudioBsqModel model, Synthesis synthesis, int count, int seconds) : IDisposable
{
    private readonly AtomicFile _file = new(path);
    private readonly ReportSpeed _speed = new(model, synthesis);
    private readonly MelPicture _picture = new(model.Mel, model.Options.MinLevel, model.Options.MaxLevel);
    private readonly List<ReportClip> _clips = [];

    /// <summary>Adds a clip if it is one of those to see and hear, which are chosen evenly among all.</summary>
    /// <param name="clip">With its mel spectrogram and waveform.</param>
    /// <param name="synthesized">Its sound.</param>
    /// <param name="before">Clips before it, also those that failed.</param>
    /// <param name="all">Clips altogether.</param>
    /// <param name="cancellation">Checked several times a second.</param>
    public void Add(ClipTokens clip, SynthesizedClip synthesized, int before, int all, CancellationToken cancellation)
    {
        if (_clips.Count == count || _clips.Count > (long)before * count / all) return;
        _clips.Add(ReportClip.Of(clip, synthesized, model.Mel, _picture, seconds));
        _speed.Add(_clips[^1].Original, cancellation);
    }

    /// <summary>Writes the page and returns its size in megabytes.</summary>
    /// <param name="evaluation">All figures, with those of the sound.</param>
    /// <param name="tokens">The tokens of all clips.</param>
    /// <param name="arguments">The command line.</param>
    public double Write(EvaluationSummary evaluation, IReadOnlyList<long> tokens, ParseResult arguments)
    {
        byte[] page = ReportPage.Render(new ReportContent(
            ReportOrigin.Of(evaluation.Model, arguments.Tokens.Select(token => token.Value)),
            ModelSummary.TokenizerModel.Of(model),
            evaluation,
            CodeUse.Of(tokens, model.Options.BitsPerToken, model.Options.TokensPerPosition),
            _speed,
            _clips));
        _file.Stream.Write(page);
        _file.Commit();
        return page.Length / 1e6;
    }

    public void Dispose() => _file.Dispose();
}
