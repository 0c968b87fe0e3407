using AudioBsq.Cli.Evaluation;
using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Reports;

/// <summary>All that a page shows.</summary>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Model">What was measured.</param>
/// <param name="Evaluation">All figures, of all clips; with those of the sound.</param>
/// <param name="Use">Of the codes, over all clips.</param>
/// <param name="Speed">How long the parts take.</param>
/// <param name="Clips">Those to see and hear.</param>
internal sealed record ReportContent(
    ReportOrigin Origin, ModelSummary.TokenizerModel Model, EvaluationSummary Evaluation, CodeUse Use, ReportSpeed Speed, IReadOnlyList<ReportClip> Clips);
