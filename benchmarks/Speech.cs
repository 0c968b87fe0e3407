using AudioBsq.Decoding;
using AudioBsq.Signal;
using Microsoft.ML;

namespace AudioBsq.Benchmarks;

/// <summary>What is measured on.</summary>
internal static class Speech
{
    /// <summary>A recording that lies beside the program.</summary>
    public static string Flac { get; } = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "clips"), "*.flac").Order(StringComparer.Ordinal).First();

    /// <summary>That recording, repeated where it is shorter.</summary>
    public static Waveform TenSeconds()
    {
        float[] samples = AudioFile.Read(Flac, 16_000).Samples;
        return new Waveform([.. Enumerable.Range(0, 160_000).Select(i => samples[i % samples.Length])], 16_000);
    }

    /// <summary>Path → waveform → mel → tokens.</summary>
    public static ITransformer Pipeline(MLContext ml, AudioBsqModel model, IDataView files) =>
        ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", model.Mel))
            .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", model))
            .Fit(files);
}

/// <summary>One sound file.</summary>
internal sealed class FileRow
{
    public string Path { get; set; } = "";
}
