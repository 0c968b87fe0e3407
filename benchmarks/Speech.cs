using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Benchmarks;

/// <summary>Recordings to measure on, and the pipeline from their files to tokens.</summary>
internal static class Speech
{
    /// <summary>A recording that lies beside the program.</summary>
    public static string Flac { get; } =
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "clips"), "*.flac").Order(StringComparer.Ordinal).First();

    /// <summary>That recording, repeated where it is shorter.</summary>
    public static Waveform TenSeconds()
    {
        float[] samples = AudioFile.Read(Flac, 16_000).Samples;
        return new Waveform([.. Enumerable.Range(0, 160_000).Select(i => samples[i % samples.Length])], 16_000);
    }

    /// <summary>The samples of all recordings in a folder.</summary>
    public static float[][] Read(MLContext ml, DirectoryInfo folder, int sampleRate) =>
        [.. ml.Data.LoadAudioFolder(folder.FullName).GetColumn<string>("Path").Select(file => AudioFile.Read(file, sampleRate).Samples)];

    /// <summary>Path → waveform → mel → tokens.</summary>
    public static ITransformer Pipeline(MLContext ml, AudioBsqModel model, IDataView files) =>
        ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", model.Mel))
            .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", model))
            .Fit(files);

    /// <summary>The model in a saved pipeline, which owns it.</summary>
    public static AudioBsqModel ModelOf(TransformerChain<ITransformer> saved) => saved.OfType<AudioTokenizerTransformer>().First().Model;
}
