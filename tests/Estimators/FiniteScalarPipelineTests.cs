using AudioBsq.MLNet;
using AudioBsq.Quantization;
using AudioBsq.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>A tokenizer with a finite scalar quantizer in an ML.NET pipeline.</summary>
public class FiniteScalarPipelineTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    [Trait("Speed", "Slow")]
    public void Pipeline_TokenizesSavesLoadsAndReconstructs()
    {
        var data = _ml.Data.LoadFromEnumerable(Small.Mels(1, 32, 50, 64).Select(mel => new Row { Mel = mel }));
        var estimator = _ml.Transforms.TokenizeAudio("Tokens", "Mel", new AudioTokenizerOptions
        {
            Model = Small.Options with
            {
                Quantizer = new QuantizerOptions { Kind = QuantizerKind.FiniteScalar, Bits = 10, Levels = [16, 8, 8] },
            },
            Mel = Small.Mel,
            Training = new TrainingOptions { MaxSteps = 40, BatchSize = 8, LearningRate = 3e-3 },
            FrameCountColumnName = "Frames",
            Device = "cpu",
        }).Append(_ml.Transforms.MapTokensToBits("Bits", "Tokens"));

        var pipeline = estimator.Fit(data);
        var made = pipeline.Transform(data);
        var zip = new MemoryStream();
        _ml.Model.Save(pipeline, data.Schema, zip);
        var loaded = (TransformerChain<ITransformer>)new MLContext().Model.Load(zip, out _);
        var again = loaded.Transform(data);

        Assert.Equal(1024UL, ((KeyDataViewType)((VectorDataViewType)made.Schema["Tokens"].Type).ItemType).Count);
        uint[][] tokens = [.. made.GetColumn<uint[]>("Tokens")];
        Assert.Equal([16, 26, 32], tokens.Select(row => row.Length));
        Assert.Equal(tokens, again.GetColumn<uint[]>("Tokens"));
        Assert.Equal(tokens.Select(row => row.SelectMany(token => BitsOf(token - 1)).ToArray()), again.GetColumn<float[]>("Bits"));

        var reconstructed = loaded.OfType<AudioTokenizerTransformer>().Single().CreateReconstructor("Reconstructed", "Tokens", "Frames")
            .Transform(again);
        var metrics = _ml.Data.EvaluateAudioReconstruction(reconstructed);
        Assert.Equal((10, 74), (metrics.Codes.Bits, metrics.Codes.Positions));
        Assert.InRange(metrics.MeanAbsoluteError, 0.1, 25);
    }

    private static IEnumerable<float> BitsOf(uint token) => Enumerable.Range(0, 10).Select(i => (float)(token >> (9 - i) & 1));

    private sealed class Row
    {
        public float[] Mel { get; set; } = [];
    }
}
