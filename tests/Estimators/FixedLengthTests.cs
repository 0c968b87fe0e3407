using AudioBsq.Tests.Featurizers.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>Clips of one length have columns of known size all the way, so that ML.NET's trainers take them as they are.</summary>
public class FixedLengthTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void KnownSize_GoesThroughEveryTransform()
    {
        using var clips = new Clips(3);
        using var model = TokenizerChain.Model();
        var data = _ml.Data.LoadAudioFolder(clips.Folder);
        var pipeline = _ml.Transforms.LoadAudio("Waveform", "Path", seconds: 0.1)
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", TokenizerChain.Mel))
            .Append(_ml.Transforms.TokenizeAudio("Tokens", "Mel", model))
            .Append(_ml.Transforms.MapTokensToBits("Bits", "Tokens"))
            .Append(_ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", model))
            .Append(_ml.Transforms.SynthesizeAudio("Synthesized", "Reconstructed", TokenizerChain.Synthesis))
            .Append(_ml.Transforms.ResampleAudio("Low", "Synthesized", sampleRate: 8_000));

        var output = pipeline.Fit(data).Transform(data);

        var promised = pipeline.GetOutputSchema(SchemaShape.Create(data.Schema)).ToDictionary(column => column.Name);
        var expected = new Dictionary<string, int[]>
        {
            ["Waveform"] = [1_600],
            ["Mel"] = [11, 16],
            ["Tokens"] = [3 * 2],
            ["Bits"] = [3 * 2 * 9],
            ["Reconstructed"] = [12, 16],
            ["Synthesized"] = [11 * 160],
            ["Low"] = [11 * 80],
        };
        foreach (var (name, sizes) in expected)
        {
            Assert.Equal(sizes, Assert.IsType<VectorDataViewType>(output.Schema[name].Type).Dimensions);
            Assert.Equal(SchemaShape.Column.VectorKind.Vector, promised[name].Kind);
        }

        Assert.Equal(3, output.GetColumn<float[]>("Low").Count(sound => sound.Length == 880));
        Assert.Equal(3, output.GetColumn<uint[]>("Tokens").Count(tokens => tokens.Length == 6));
    }

    [Fact]
    public void CountColumns_MakeSizesUnknown()
    {
        using var clips = new Clips(1);
        using var model = TokenizerChain.Model();
        var data = _ml.Data.LoadAudioFolder(clips.Folder);
        var pipeline = _ml.Transforms.LoadAudio("Waveform", "Path", seconds: 0.1)
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", TokenizerChain.Mel))
            .Append(_ml.Transforms.TokenizeAudio("Tokens", "Mel", model, frameCountColumnName: "Frames"))
            .Append(_ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", model, frameCountColumnName: "Frames"));

        var output = pipeline.Fit(data).Transform(data);

        Assert.Equal([0, 16], Assert.IsType<VectorDataViewType>(output.Schema["Reconstructed"].Type).Dimensions.ToArray());
        Assert.Equal(11 * 16, output.GetColumn<float[]>("Reconstructed").Single().Length);
    }

    [Theory, Trait("Speed", "Slow"), InlineData(false), InlineData(true)]
    public void Classes_AreToldApart_ByMelsOrBits(bool bits)
    {
        using var tones = new Tones(perClass: 12);
        using var others = new Tones(perClass: 6, seed: 2);
        using var model = TokenizerChain.Model();
        var mel = _ml.Transforms.LoadAudio("Waveform", "Path", seconds: 0.25)
            .Append(_ml.Transforms.ExtractMelSpectrogram(bits ? "Mel" : "Features", "Waveform", TokenizerChain.Mel));
        IEstimator<ITransformer> features = bits
            ? mel.Append(_ml.Transforms.TokenizeAudio("Tokens", "Mel", model)).Append(_ml.Transforms.MapTokensToBits("Features", "Tokens"))
            : mel.Append(_ml.Transforms.NormalizeMinMax("Features", fixZero: false));
        var pipeline = features.Append(_ml.Transforms.Conversion.MapValueToKey("Label"))
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(maximumNumberOfIterations: 20));

        var fitted = pipeline.Fit(tones.Load(_ml));

        Assert.True(_ml.MulticlassClassification.Evaluate(fitted.Transform(others.Load(_ml))).MicroAccuracy > 0.9);
    }
}
