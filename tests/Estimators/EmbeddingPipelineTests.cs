using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>Embeddings as features of ML.NET's own trainers, from sound files of any length to a label.</summary>
public sealed class EmbeddingPipelineTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Tones _tones = new(perClass: 12);
    private readonly AudioBsqModel _model = MelData.Model();

    public void Dispose()
    {
        _tones.Dispose();
        _model.Dispose();
    }

    [Fact, Trait("Speed", "Slow")]
    public void Sdca_TellsClassesApart_BeforeAndAfterSaving()
    {
        var data = _tones.Load(_ml);
        var trained = Embedding()
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label"))
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(maximumNumberOfIterations: 20))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Predicted", "PredictedLabel"))
            .Fit(data);
        using var others = new Tones(perClass: 8, seed: 2);
        using var file = new MemoryStream();
        _ml.Model.Save(trained, data.Schema, file);

        var loaded = new MLContext().Model.Load(file, out _);

        string[] classes = [.. others.Load(_ml).GetColumn<string>("Label")];
        string[] before = [.. trained.Transform(others.Load(_ml)).GetColumn<string>("Predicted")];
        string[] after = [.. loaded.Transform(others.Load(_ml)).GetColumn<string>("Predicted")];
        Assert.Equal(before, after);
        Assert.InRange(after.Zip(classes).Count(row => row.First == row.Second), 15, 16); // by luck 1 in 4,000
        trained.DisposeAll();
        loaded.DisposeAll();
    }

    [Fact, Trait("Speed", "Slow")]
    public void KMeans_FindsTheClasses()
    {
        var data = _tones.Load(_ml);

        var pipeline = Embedding(new EmbeddingOptions { PerRow = true, Deviation = false })
            .Append(_ml.Clustering.Trainers.KMeans(numberOfClusters: 2));
        var clustered = pipeline.Fit(data).Transform(data);

        var clusters = clustered.GetColumn<string>("Label").Zip(clustered.GetColumn<uint>("PredictedLabel"))
            .ToLookup(row => row.First, row => row.Second);
        Assert.Single(clusters["low"].Distinct());
        Assert.Single(clusters["high"].Distinct());
        Assert.NotEqual(clusters["low"].First(), clusters["high"].First());
    }

    private EstimatorChain<ITransformer> Embedding(EmbeddingOptions? options = null) =>
        _ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Small.Mel))
            .Append(_ml.Transforms.ExtractAudioEmbedding("Features", "Mel", _model, options))
            .Append((IEstimator<ITransformer>)_ml.Transforms.NormalizeMeanVariance("Features", fixZero: false));
}
