using AudioBsq;
using AudioBsq.MLNet;
using AudioBsq.Networks;
using AudioBsq.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Streaming;

/// <summary>
/// A model to try streaming with, on the 15 clips of samples/clips. It is far too small and too briefly trained to sound well.
/// </summary>
internal static class SmallModel
{
    // A token of 9 bits for every 20 ms. What makes a model causal is the mask; how far it looks back is what a stream has to remember.
    private static readonly AudioBsqOptions Options = new()
    {
        WindowFrames = 128,
        PatchFrames = 2,
        PatchBands = 128,
        Encoder = new NetworkOptions
        {
            Width = 64,
            Layers = 2,
            Heads = 2,
            HeadWidth = 256,
            Mask = AttentionMask.BlockCausal,
            PastSteps = 24,
        },
        Quantizer = new() { Bits = 9 },
    };

    public static TransformerChain<ITransformer> Train(MLContext ml)
    {
        Console.Error.WriteLine("Training a very small model.");
        var clips = ml.Data.LoadAudioFolder(Path.Combine(AppContext.BaseDirectory, "clips", "train"));
        var pipeline = ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 16_000)
            .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
            .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", new AudioTokenizerOptions
            {
                Model = Options,
                Training = new TrainingOptions { MaxSteps = 150, ReportEvery = 50 },
                MetricsCallback = p => Console.Error.WriteLine(
                    $"step {p.Step,4} of {p.MaxSteps}   mel error {p.MeanAbsoluteError:F2} dB   {p.Elapsed:mm\\:ss}"),
            }));
        return new TransformerChain<ITransformer>([.. pipeline.Fit(clips)]);
    }
}
