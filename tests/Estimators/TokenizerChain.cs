using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>From sound files to tokens and back, on a model of random weights.</summary>
internal static class TokenizerChain
{
    /// <summary>Frames that overlap by half and more, so that they can be made to sound.</summary>
    public static MelOptions Mel { get; } = Small.Mel with { FftLength = 512 };

    public static AudioSynthesisOptions Synthesis { get; } = new() { GriffinLim = new GriffinLimOptions { Iterations = 4 } };

    public static AudioBsqModel Model(int seed = 5) => AudioBsqModel.Create(Small.Options, Mel, seed, "cpu");

    /// <summary>Path → Waveform → Mel → Tokens, Frames.</summary>
    public static TransformerChain<AudioTokenizerTransformer> Encoding(MLContext ml, AudioBsqModel model, IDataView data) =>
        ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Mel))
            .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", model, frameCountColumnName: "Frames"))
            .Fit(data);

    /// <summary>Path → … → Tokens → Reconstructed → Synthesized.</summary>
    public static TransformerChain<AudioSynthesisTransformer> Whole(MLContext ml, AudioBsqModel model, IDataView data)
    {
        var encoding = Encoding(ml, model, data);
        var decoding = encoding.Append(encoding.LastTransformer.CreateReconstructor("Reconstructed", frameCountColumnName: "Frames"));
        return decoding.Append(ml.Transforms.SynthesizeAudio("Synthesized", "Reconstructed", Synthesis).Fit(decoding.Transform(data)));
    }

    /// <summary>Frees every transformer of a chain that does not own the model.</summary>
    public static void DisposeAll(this ITransformer chain) => (chain as IDisposable)?.Dispose();
}
