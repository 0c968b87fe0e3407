using AudioBsq.MLNet;
using AudioBsq.Quantization;
using AudioBsq.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace AudioBsq.Tests.Estimators;

/// <summary>Tokens as features of ML.NET's own trainers, from sound files to a label, with its own transforms on both sides.</summary>
public sealed class LearningPipelineTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Tones _tones = new(perClass: 12);

    public void Dispose() => _tones.Dispose();

    public static TheoryData<string> Features => ["counts", "ngrams", "hashed ngrams"];

    [Theory, Trait("Speed", "Slow"), MemberData(nameof(Features))]
    public void Classes_AreToldApart_BeforeAndAfterSaving(string features)
    {
        var data = _tones.Load(_ml);
        var model = Pipeline(features, _ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(maximumNumberOfIterations: 20)).Fit(data);
        using var others = new Tones(perClass: 8, seed: 2);
        var test = others.Load(_ml);
        var before = Predictions(_ml, model.Transform(test));

        using var file = new MemoryStream();
        _ml.Model.Save(model, data.Schema, file);
        var ml = new MLContext();
        var loaded = ml.Model.Load(file, out _);
        var after = Predictions(ml, loaded.Transform(test));

        Assert.Equal(before.Select(row => row.Predicted), after.Select(row => row.Predicted));
        Assert.Equal(before.SelectMany(row => row.Score), after.SelectMany(row => row.Score));
        Assert.InRange(after.Count(row => row.Predicted == row.True), 14, 16); // by luck 1 in 480
        using (var engine = ml.Model.CreatePredictionEngine<Clip, Prediction>(loaded))
        {
            foreach (var row in before.Take(3))
                Assert.Equal(row.Predicted, engine.Predict(new Clip { Path = row.Path, Label = "low" }).Predicted);
        }

        model.DisposeAll();
    }

    [Fact, Trait("Speed", "Slow")]
    public void CrossValidation_TrainsATokenizerForEachFold()
    {
        int trained = 0;
        var pipeline = Pipeline(
            "counts",
            _ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(maximumNumberOfIterations: 20),
            _ => Interlocked.Increment(ref trained));

        var folds = _ml.MulticlassClassification.CrossValidate(_tones.Load(_ml), pipeline, numberOfFolds: 3);

        Assert.Equal(3, trained);
        Assert.Equal(3, folds.Count);
        Assert.True(
            folds.Average(fold => fold.Metrics.MacroAccuracy) > 0.9,
            $"accuracy {string.Join(", ", folds.Select(fold => fold.Metrics.MacroAccuracy))}");
        foreach (var fold in folds) fold.Model.DisposeAll();
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void BinaryTrainer_TakesTokensToo()
    {
        var data = _tones.Load(_ml);
        var pipeline = Tokens(null)
            .Append(_ml.Transforms.Conversion.MapKeyToVector("Features", "Tokens", outputCountVector: true))
            .Append(
                _ml.Transforms.Conversion.MapValue("IsHigh", [new KeyValuePair<string, bool>("high", true), new("low", false)], "Label"))
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.BinaryClassification.Trainers.AveragedPerceptron("IsHigh"));

        var model = pipeline.Fit(data);

        Assert.Equal(1, _ml.BinaryClassification.EvaluateNonCalibrated(model.Transform(data), "IsHigh").Accuracy);
        model.DisposeAll();
    }

    [Fact] // clips of one length, so that the vector of bits has one too
    public void Bits_AreFeatures_WhereTheTokensHaveAKnownLength()
    {
        using var model = MelData.Model();
        var rows = MelData.Rows(3, [.. Enumerable.Repeat(32, 20)])
            .Select((row, i) => new Fixed { Keys = [.. model.Encode(row.Mel).Select(token => (uint)token + 1)], Label = i % 2 == 0 });
        var data = _ml.Data.LoadFromEnumerable(rows);

        var pipeline = _ml.Transforms.MapTokensToBits("Features", "Keys").Append(_ml.BinaryClassification.Trainers.LinearSvm());
        var output = pipeline.Fit(data).Transform(data);

        Assert.Equal(16 * 9, Assert.IsType<VectorDataViewType>(output.Schema["Features"].Type).Size);
        Assert.Equal(20, output.GetColumn<bool>("PredictedLabel").Count());
    }

    private static List<Prediction> Predictions(MLContext ml, IDataView predicted) =>
        [.. ml.Data.CreateEnumerable<Prediction>(predicted, reuseRowObject: false, ignoreMissingColumns: true)];

    private EstimatorChain<KeyToValueMappingTransformer> Pipeline(
        string features, IEstimator<ITransformer> trainer, Action<TrainingProgress>? report = null)
    {
        var tokens = Tokens(report);
        IEstimator<ITransformer> chain = features switch
        {
            "counts" => tokens.Append(_ml.Transforms.Conversion.MapKeyToVector("Features", "Tokens", outputCountVector: true)),
            "ngrams" => tokens.Append(_ml.Transforms.Text.ProduceNgrams("Features", "Tokens", ngramLength: 2)),
            _ => tokens.Append(_ml.Transforms.Text.ProduceHashedNgrams("Features", "Tokens", numberOfBits: 8, ngramLength: 2)),
        };
        return chain.Append(_ml.Transforms.Conversion.MapValueToKey("Label"))
            .AppendCacheCheckpoint(_ml)
            .Append(trainer)
            .Append(_ml.Transforms.Conversion.MapKeyToValue("True", "Label"))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Predicted", "PredictedLabel"));
    }

    // 6 bits: 64 keys
    private EstimatorChain<AudioTokenizerTransformer> Tokens(Action<TrainingProgress>? report) =>
        _ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Small.Mel))
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.Transforms.TokenizeAudio("Tokens", "Mel", new AudioTokenizerOptions
            {
                Model = Small.Options with { Quantizer = new QuantizerOptions { Bits = 6, GroupSize = 6 } },
                Training = new TrainingOptions { MaxSteps = 40, BatchSize = 8, LearningRate = 3e-3 },
                Device = "cpu",
                MetricsCallback = report,
            }));

    /// <summary>What a prediction needs.</summary>
    public sealed class Clip
    {
        public string Path { get; set; } = "";

        public string Label { get; set; } = "";
    }

    /// <summary>What it gives.</summary>
    public sealed class Prediction
    {
        public string Path { get; set; } = "";

        public string True { get; set; } = "";

        public string Predicted { get; set; } = "";

        public float[] Score { get; set; } = [];
    }

    private sealed class Fixed
    {
        [KeyType(512), VectorType(16)]
        public uint[] Keys { get; set; } = [];

        public bool Label { get; set; }
    }
}
