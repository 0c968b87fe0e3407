using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;

namespace AudioBsq.Tests.Estimators;

/// <summary>Embeddings and token n-grams as features of ML.NET's tree trainers: split, cross-validated, saved and loaded.</summary>
public sealed class TreeTrainerTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Tones _tones = new(perClass: 20);
    private readonly AudioBsqModel _model = MelData.Model();

    public void Dispose()
    {
        _tones.Dispose();
        _model.Dispose();
    }

    public static TheoryData<string, string> Cases => new()
    {
        { "embedding", "LightGbm" }, { "embedding", "FastTree" }, { "n-grams", "LightGbm" }, { "n-grams", "FastTree" },
    };

    [Theory, Trait("Speed", "Slow"), MemberData(nameof(Cases))]
    public void Classes_AreToldApart_BeforeAndAfterSaving(string features, string trainer)
    {
        var data = _tones.Load(_ml);
        var split = _ml.Data.TrainTestSplit(data, testFraction: 0.4);
        var trained = Pipeline(features, trainer).Fit(split.TrainSet);
        using var zip = new MemoryStream();
        _ml.Model.Save(trained, data.Schema, zip);

        var loaded = new MLContext().Model.Load(zip, out _);

        string[] classes = [.. split.TestSet.GetColumn<string>("Label")];
        string[] before = [.. trained.Transform(split.TestSet).GetColumn<string>("Predicted")];
        Assert.Equal(before, loaded.Transform(split.TestSet).GetColumn<string>("Predicted"));
        Assert.InRange(before.Zip(classes).Count(row => row.First == row.Second) / (double)classes.Length, .8, 1);
        trained.DisposeAll();
        loaded.DisposeAll();
    }

    [Fact, Trait("Speed", "Slow")]
    public void CrossValidation_KeepsTheNetworkOutOfTheFolds()
    {
        var features = Features("n-grams").Fit(_tones.Load(_ml)).Transform(_tones.Load(_ml));
        var cached = _ml.Data.Cache(features, "Features", "Key");

        var folds = _ml.MulticlassClassification.CrossValidate(cached, Trainer("LightGbm"), numberOfFolds: 3, labelColumnName: "Key");

        Assert.InRange(folds.Average(fold => fold.Metrics.MicroAccuracy), .8, 1);
    }

    private EstimatorChain<ITransformer> Pipeline(string features, string trainer) =>
        Features(features).AppendCacheCheckpoint(_ml)
            .Append(Trainer(trainer))
            .Append((IEstimator<ITransformer>)_ml.Transforms.Conversion.MapKeyToValue("Predicted", "PredictedLabel"));

    private EstimatorChain<ITransformer> Features(string features)
    {
        var mel = _ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Small.Mel))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Key", "Label"));
        return features == "embedding"
            ? mel.Append((IEstimator<ITransformer>)_ml.Transforms.ExtractAudioEmbedding("Features", "Mel", _model))
            : mel.Append(_ml.Transforms.TokenizeAudio("Tokens", "Mel", _model))
                .Append((IEstimator<ITransformer>)_ml.Transforms.ProduceTokenNgrams(
                    "Features", "Tokens", new TokenNgramOptions { SymbolBits = 3, PerRow = true }));
    }

    private IEstimator<ITransformer> Trainer(string name) => name == "FastTree"
        ? _ml.MulticlassClassification.Trainers.OneVersusAll(
            _ml.BinaryClassification.Trainers.FastTree(labelColumnName: "Key", minimumExampleCountPerLeaf: 2), "Key")
        : _ml.MulticlassClassification.Trainers.LightGbm(new LightGbmMulticlassTrainer.Options
        {
            LabelColumnName = "Key",
            MinimumExampleCountPerLeaf = 2,
            NumberOfIterations = 30,
            Seed = 1,
        });
}
