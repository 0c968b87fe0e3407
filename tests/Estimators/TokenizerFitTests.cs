using System.Globalization;
using AudioBsq.MLNet;
using AudioBsq.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.Tests.Estimators;

/// <summary>Training through <c>Fit</c>: reports, cancellation, early stopping, seeds.</summary>
[NoTensorLeaks]
public class TokenizerFitTests
{
    private static readonly TrainingOptions Brief = new() { MaxSteps = 30, BatchSize = 4, LearningRate = 3e-3, ReportEvery = 10 };

    private static readonly AudioTokenizerOptions Options =
        new() { Model = Small.Options, Training = Brief, Mel = Small.Mel, Device = "cpu", FrameCountColumnName = "Frames" };

    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Fit_LogsAWarning_WhenTrainingOnTheProcessorTakesHours()
    {
        var warnings = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning) warnings.Add(message.Message);
        };
        using var stop = new CancellationTokenSource();
        var options = Options with
        {
            Training = Brief with { MaxSteps = int.MaxValue, ReportEvery = 1 },
            MetricsCallback = _ => stop.Cancel(),
            CancellationToken = stop.Token,
        };

        Assert.Throws<OperationCanceledException>(() => Fit(_ml, options));

        Assert.Contains(" hours more.", Assert.Single(warnings));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Fit_ReportsProgress_ToTheCallbackAndTheLog()
    {
        var log = new List<LoggingEventArgs>();
        _ml.Log += (_, message) => log.Add(message);
        var reports = new List<TrainingProgress>();
        int thread = Environment.CurrentManagedThreadId;
        var options = Options with
        {
            MetricsCallback = progress =>
            {
                Assert.Equal(thread, Environment.CurrentManagedThreadId);
                reports.Add(progress);
            },
        };

        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
            using var tokenizer = Fit(
                _ml, options with { ValidationSet = _ml.View(MelData.Rows(3, 32)), Training = Brief with { ValidateEvery = 15 } });
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Assert.DoesNotContain(null, reports);
        Assert.Equal([10, 15, 20, 30], reports.Select(report => report.Step));
        Assert.Equal([false, true, false, true], reports.Select(report => report.Validation is not null));
        Assert.All(
            reports,
            report =>
                Assert.True(report.MaxSteps == 30 && double.IsFinite(report.Loss) && report.FramesPerSecond > 0 && report.Epoch >= 1));
        var messages = log.Where(
            message =>
                message.Kind == ChannelMessageKind.Info
                    && message.Source.Contains("AudioTokenizerEstimator", StringComparison.Ordinal)).Select(message =>
                        message.Message).ToList();
        Assert.Equal(6, messages.Count);
        Assert.Contains("9 bits on cpu, seed", messages[0]);
        string loss = FormattableString.Invariant($"loss {reports[1].Loss:F4}, mel error {reports[1].MeanAbsoluteError:F3}");
        string validation = FormattableString.Invariant($"validation error {reports[1].Validation!.MeanAbsoluteError:F3}, code usage");
        Assert.Contains($"Step 15 of 30: {loss}, {validation}", messages[3]);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Fit_PretrainsTheEncoderFirst()
    {
        var pretraining = new PretrainingOptions { Training = Brief with { MaxSteps = 20 } };
        var reports = new List<PretrainingProgress>();
        var notes = new List<string>();
        var options = Options with
        {
            Pretraining = pretraining,
            Training = Brief with { Frozen = FrozenHalf.Encoder },
            PretrainingCallback = reports.Add,
            StartCallback = notes.Add,
        };

        using var tokenizer = Fit(_ml, options);
        using var anew = Fit(_ml, options with { Pretraining = null });

        Assert.Equal([10, 20], reports.Select(report => report.Step));
        Assert.Contains(notes, note => note.Contains("starts from a model: the encoder; the decoder starts from random weights"));
        Assert.NotEqual(anew.Model.Fingerprint, tokenizer.Model.Fingerprint);
        Assert.Contains("must be null where there is a model to start from", Assert.Throws<ArgumentOutOfRangeException>(
            () => Fit(_ml, options with { Start = anew.Model })).Message);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Fit_StartsFromAModel_WhoseTokensAFrozenEncoderKeeps()
    {
        using var first = Fit(_ml, Options);
        float[] mel = MelData.Rows(9, 48)[0].Mel;
        var options = Options with { Start = first.Model, Training = Brief with { Frozen = FrozenHalf.Encoder }, Seed = 77 };

        using var adapted = Fit(_ml, options);

        Assert.Equal(first.Model.Encode(mel), adapted.Model.Encode(mel));
        Assert.NotEqual(first.Model.Fingerprint, adapted.Model.Fingerprint);
    }

    [Fact]
    public void Fit_StopsAtTheCallersToken()
    {
        using var source = new CancellationTokenSource();
        int reports = 0;
        var options = Options with
        {
            Training = Brief with { MaxSteps = 100_000, ReportEvery = 1 },
            CancellationToken = source.Token,
            MetricsCallback = _ =>
            {
                if (++reports == 3) source.Cancel();
            },
        };

        var error = Assert.ThrowsAny<OperationCanceledException>(() => Fit(_ml, options));

        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal(3, reports);
    }

    [Fact]
    public void Fit_SaysWhatToLowerWhereMemoryRunsOut()
    {
        var options = Options with { MetricsCallback = _ => TorchSharp.torch.empty(1L << 60, dtype: TorchSharp.torch.uint8).Dispose() };

        var error = Assert.Throws<InsufficientMemoryException>(() => Fit(_ml, options));

        Assert.Contains("batches of 4 crops of 32 frames at width 32", error.Message);
        Assert.Contains(nameof(TrainingOptions.AccumulateBatches), error.Message);
        Assert.NotNull(error.InnerException);
    }

    [Fact]
    public void Fit_StopsWithItsContext()
    {
        int reports = 0;
        var options = Options with
        {
            Training = Brief with { MaxSteps = 1_000_000, ReportEvery = 5 },
            MetricsCallback = _ =>
            {
                reports++;
                _ml.CancelExecution();
            },
        };
        var estimator = Estimator(_ml, options);
        var data = _ml.View(MelData.Rows(2, 40, 30, 64));

        Assert.ThrowsAny<OperationCanceledException>(() => estimator.Fit(data));
        Assert.InRange(reports, 1, 100_000);

        reports = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => estimator.Fit(data));
        Assert.Equal(0, reports);
    }

    [Fact]
    public void Fit_StopsWhileClipsAreRead()
    {
        using var source = new CancellationTokenSource();
        int read = 0;
        var data = _ml.Counted(Enumerable.Range(0, 1000).Select(i => MelData.Rows(i, 40)[0]), _ =>
        {
            if (++read == 5) source.Cancel();
        });

        Assert.ThrowsAny<OperationCanceledException>(() => Estimator(_ml, Options with { CancellationToken = source.Token }).Fit(data));

        Assert.InRange(read, 5, 6);
    }

    [Fact, Trait("Speed", "Slow")]
    public void Fit_StopsEarly_OnTheValidationSet()
    {
        var validation = MelData.Rows(99, 32);
        var reports = new List<TrainingProgress>();
        var options = Options with
        {
            Training = Brief with { MaxSteps = 2000, LearningRate = 0.02, ValidateEvery = 5, Patience = 3 },
            ValidationSet = _ml.View(validation),
            MetricsCallback = reports.Add,
        };

        using var tokenizer = Fit(_ml, options);

        Assert.True(reports[^1].Step < 2000, $"{reports[^1].Step} steps");
        double best = reports.Min(report => report.Validation?.MeanAbsoluteError ?? double.PositiveInfinity);
        Assert.Equal(best, tokenizer.Model.Evaluate(validation.Select(row => row.Mel)).MeanAbsoluteError, 6);
    }

    [Fact, Trait("Speed", "Slow")]
    public void Tokens_FollowTheContextsSeed()
    {
        List<uint[]> Tokens(int? contextSeed, int? seed = null)
        {
            var ml = new MLContext(contextSeed);
            using var tokenizer = Fit(ml, Options with { Seed = seed });
            return [.. ml.Tokens(tokenizer.Transform(ml.View(MelData.Rows(7, 60, 45)))).Select(row => row.Tokens)];
        }

        var first = Tokens(1);
        _ = new Random(1).Next();

        Assert.Equal(first, Tokens(1));
        Assert.NotEqual(first, Tokens(2));
        Assert.Equal(Tokens(1, seed: 9), Tokens(2, seed: 9));
        Assert.NotEqual(first, Tokens(1, seed: 9));
    }

    [Fact, Trait("Speed", "Slow")]
    public void SameEstimator_FitsTheSameModelAgain_WhateverWasFittedBetween()
    {
        var data = _ml.View(MelData.Rows(2, 40, 30, 64));
        var (estimator, other) = (Estimator(_ml, Options), Estimator(_ml, Options));
        string Fingerprint(AudioTokenizerEstimator of)
        {
            using var tokenizer = of.Fit(data);
            return tokenizer.Model.Fingerprint;
        }

        string first = Fingerprint(estimator), between = Fingerprint(other);

        Assert.Equal(first, Fingerprint(estimator));
        Assert.Equal(between, Fingerprint(other));
        Assert.NotEqual(first, between); // each estimator of a context has a seed of its own
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void AnnotatedColumn_NeedsNoMelOptions()
    {
        var rows = MelData.Rows(2, 40, 30);
        var data = _ml.Annotated(_ml.View(rows));

        using var tokenizer = Estimator(_ml, Options with { Mel = null }).Fit(data);

        Assert.Equal(Small.Mel, tokenizer.Model.Mel);
        MelData.AssertTokens(tokenizer.Model, rows, _ml.Tokens(tokenizer.Transform(data)));
    }

    [Fact]
    public void FrameCounts_AreAColumn_OnlyWhenAskedFor()
    {
        using var model = MelData.Model();
        var rows = MelData.Rows(4, 0, 1, 33);

        using var with = _ml.Tokenizer(model);
        using var without = _ml.Transforms.TokenizeAudio("Tokens", "Mel", model).Fit(_ml.View(rows));

        Assert.Equal([0, 1, 33], with.Transform(_ml.View(rows)).GetColumn<int>("Frames"));
        Assert.Equal(["Number", "Name", "Mel", "Tokens"], without.Transform(_ml.View(rows)).Schema.Select(column => column.Name));
    }

    [Fact]
    public void GivenModel_IsAppliedAndStaysTheCallers()
    {
        using var model = MelData.Model();
        var rows = MelData.Rows(4, 50, 20);
        int read = 0;
        var data = _ml.Counted(rows, _ => read++);

        var estimator = _ml.Transforms.TokenizeAudio("Tokens", "Mel", model, frameCountColumnName: "Frames");
        for (int i = 0; i < 2; i++)
        {
            using var tokenizer = estimator.Fit(data);
            Assert.Equal(0, read);
            Assert.Same(model, tokenizer.Model);
            MelData.AssertTokens(model, rows, _ml.Tokens(tokenizer.Transform(_ml.View(rows))));
        }

        Assert.NotEmpty(model.Encode(rows[0].Mel));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Estimator_PromisesWhatTheTransformerGives(bool frames)
    {
        using var model = MelData.Model();
        var data = _ml.View(MelData.Rows(4, 50));
        var estimator = _ml.Transforms.TokenizeAudio("Tokens", "Mel", model, frames ? "Frames" : null);

        var promised = estimator.GetOutputSchema(SchemaShape.Create(data.Schema));
        using var tokenizer = estimator.Fit(data);
        var given = SchemaShape.Create(tokenizer.GetOutputSchema(data.Schema));

        Assert.Equal(given.Select(Describe), promised.Select(Describe));
        static string Describe(SchemaShape.Column column) => $"{column.Name} {column.Kind} {column.ItemType} {column.IsKey}";
    }

    private static AudioTokenizerEstimator Estimator(MLContext ml, AudioTokenizerOptions options) =>
        ml.Transforms.TokenizeAudio("Tokens", "Mel", options);

    private static AudioTokenizerTransformer Fit(MLContext ml, AudioTokenizerOptions options) =>
        Estimator(ml, options).Fit(ml.View(MelData.Rows(2, 40, 30, 64)));
}
