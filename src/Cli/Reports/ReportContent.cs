using AudioBsq.Cli.Evaluation;
using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Reports;

/// <summary>The content of a page.</summary>
/// <param name="Origin">How it was made.</param>
/// <param name="Model">The model that was measured.</param>
/// <param name="Evaluation">Figures of all clips, with those of the sound.</param>
/// <param name="Use">Use of the codes over all clips.</param>
/// <param name="Speed">Speed of encoding, decoding and synthesis.</param>
/// <param name="Clips">The clips to see and hear.</param>
internal sealed record ReportContent(
    ReportOrigin Origin, ModelSummary.TokenizerModel Model, EvaluationSummary Evaluation, CodeUse Use, ReportSpeed Speed,
    IReadOnlyList<ReportClip> Clips);
