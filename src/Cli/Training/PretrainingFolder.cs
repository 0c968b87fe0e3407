using System.Globalization;
using AudioBsq.Cli.Configuration;
using AudioBsq.Cli.Reports;
using AudioBsq.Training;
using ScottPlot;

namespace AudioBsq.Cli.Training;

/// <summary>Writes the folder of a pre-training run: metrics, curves, pictures of samples, and the encoder.</summary>
/// <param name="files">The folder.</param>
/// <param name="config">The configuration of the run.</param>
internal sealed class PretrainingFolder(ResultFolder files, TrainingConfig config) : IDisposable
{
    private const string EncoderName = "encoder.safetensors", ValidationLoss = "validation_loss";

    private static readonly (string Name, Func<PretrainingProgress, double?> Value)[] Columns =
    [
        (MetricColumn.Step, p => p.Step),
        ("epoch", p => p.Epoch),
        ("loss", p => p.Loss),
        (ValidationLoss, p => p.ValidationLoss),
        ("learning_rate", p => p.LearningRate),
        ("gradient_norm", p => p.GradientNorm),
        ("frames_per_second", p => p.FramesPerSecond),
        ("elapsed_seconds", p => p.Elapsed.TotalSeconds),
        ("skipped_steps", p => p.SkippedSteps),
    ];

    private static readonly string[] Names = [.. Columns.Select(column => column.Name)];

    private readonly MetricsFile _metrics = new(files.PathOf("metrics.csv"), Names);
    private readonly MelPicture _picture = new(config.Mel, config.Model.MinLevel, config.Model.MaxLevel);

    public string EncoderPath => files.PathOf(EncoderName);

    public void Add(PretrainingProgress progress)
    {
        _metrics.Add(new MetricsRow(Names, Columns.Select(column => column.Value(progress))), progress.FirstStep);
        files.Draw("samples", () =>
        {
            foreach (var sample in progress.Samples) WriteSample(progress.Step, sample);
        });
    }

    public void WriteEncoder(AudioBsqModel encoder) => files.Write(EncoderName, encoder.Save);

    /// <summary>Draws the losses, if there was a report.</summary>
    public void WriteCurves()
    {
        if (_metrics.Rows.Count == 0) return;
        files.Draw("curves.png", () =>
        {
            using var plot = new Plot();
            var curves = new Curves(_metrics.Rows, plot);
            curves.Add("loss", "training");
            curves.Add(ValidationLoss, "validation");
            string target = config.Pretraining.NormalizePatches ? "patches with mean 0 and deviation 1" : "network units";
            curves.Finish("Masked patches", $"mean squared error, {target}");
            files.Write("curves.png", stream => stream.Write(plot.GetImageBytes(900, 600, ImageFormat.Png)));
        });
    }

    /// <summary>The end of the run, for a person; nothing if there was no step left.</summary>
    public IEnumerable<(string Name, string Value)> Rows()
    {
        if (_metrics.Rows.Count == 0) yield break;
        var last = _metrics.Rows[^1];
        yield return ("Steps", last.Step.ToString("N0", CultureInfo.InvariantCulture));
        yield return ("Loss", last["loss"]?.ToString("F4", CultureInfo.InvariantCulture) ?? "not finite");
        if (last[ValidationLoss] is { } validation)
            yield return ("Validation loss", validation.ToString("F4", CultureInfo.InvariantCulture));
    }

    public void Dispose() => _metrics.Dispose();

    private void WriteSample(int step, MaskedSample sample)
    {
        string place = files.PathOf(string.Create(CultureInfo.InvariantCulture, $"samples/step-{step:D8}"));
        Directory.CreateDirectory(place);
        byte[] picture = _picture.Column(
            ("What the encoder saw", sample.Masked), ("Guessed", sample.Reconstructed), ("True", sample.Mel));
        string name = string.Create(CultureInfo.InvariantCulture, $"{sample.Clip + 1}.png");
        File.WriteAllBytes(Path.Combine(place, name), picture);
    }
}
