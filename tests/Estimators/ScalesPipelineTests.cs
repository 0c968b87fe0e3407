using AudioBsq.Tests.Featurizers.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>A model that sees two windows, in a pipeline.</summary>
[NoTensorLeaks]
public class ScalesPipelineTests
{
    [Fact]
    [Trait("Speed", "Slow")]
    public void Pipeline_KeepsItsTokens_AndSynthesizesTheMainWindow()
    {
        using var files = new Clips(3);
        var ml = new MLContext(seed: 1);
        var mel = TokenizerChain.Mel with { ExtraWindows = [128] };
        using var model = AudioBsqModel.Create(Small.Options with { InputScales = 2 }, mel, seed: 5, device: "cpu");
        var clips = ml.Data.LoadAudioFolder(files.Folder);
        var encoding = ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", mel))
            .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", model, frameCountColumnName: "Frames"))
            .Fit(clips);
        var decoding = encoding.Append(encoding.LastTransformer.CreateReconstructor("Reconstructed", frameCountColumnName: "Frames"));
        var whole = decoding.Append(
            ml.Transforms.SynthesizeAudio("Synthesized", "Reconstructed", TokenizerChain.Synthesis).Fit(decoding.Transform(clips)));
        string zip = Path.Combine(files.Folder, "whole.zip");
        ml.Model.Save(whole, clips.Schema, zip);

        var loaded = new MLContext().Model.Load(zip, out _);

        var (expected, actual) = (whole.Transform(clips), loaded.Transform(clips));
        Assert.Equal(Tokens(expected), Tokens(actual));
        Assert.Equal(expected.GetColumn<float[]>("Synthesized"), actual.GetColumn<float[]>("Synthesized"));
        Assert.All(
            actual.GetColumn<float[]>("Mel").Zip(actual.GetColumn<float[]>("Reconstructed")),
            pair => Assert.Equal(pair.First.Length, 2 * pair.Second.Length));
        whole.DisposeAll();
        loaded.DisposeAll();
    }

    private static List<uint[]> Tokens(IDataView data) => [.. data.GetColumn<uint[]>("Tokens")];
}
