using AudioBsq.Tests.Featurizers.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace AudioBsq.Tests.Featurizers.Interop;

/// <summary>ConvertToOnnx goes from a pipeline's last view to its first and asks each; ours must stop it.</summary>
[WithoutTorch]
public class OnnxTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Conversion_EndsAtOurTransforms_WithASentence()
    {
        var data = _ml.Data.LoadFromEnumerable([new ClipRow { Waveform = Clips.Samples(0) }]);
        var model = _ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", sampleRate: 16_000)
            .Append(_ml.Transforms.CopyColumns("Features", "Mel")).Fit(data);

        var error = Assert.Throws<NotSupportedException>(() => Walk(model.Transform(data)));

        Assert.Contains("MelSpectrogramTransformer", error.Message);
        Assert.Contains("mlContext.Model.Save", error.Message);
    }

    [Fact]
    public void Conversion_OfWhatComesBehind_IsPossibleWithCachedData()
    {
        var data = _ml.Data.LoadFromEnumerable([new ClipRow { Waveform = Clips.Samples(0) }]);
        var mels = _ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", sampleRate: 16_000).Fit(data).Transform(data);
        var cached = _ml.Data.Cache(mels);

        var source = Walk(_ml.Transforms.CopyColumns("Features", "Mel").Fit(cached).Transform(cached));

        Assert.Same(cached, source);
    }

    /// <summary>As ML.NET's converter does.</summary>
    private static IDataView Walk(IDataView view)
    {
        while (view is IDataTransform transform)
        {
            if (transform is not ITransformCanSaveOnnx onnx || !onnx.CanSaveOnnx(null)) return view;
            view = transform.Source;
        }

        return view;
    }
}
