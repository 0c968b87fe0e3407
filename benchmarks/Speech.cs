using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Benchmarks;

/// <summary>Recordings to measure on, and the pipeline from their files to tokens.</summary>
internal static class Speech
{
    /// <summary>The recordings that lie beside the program.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "clips"), "*.flac").Order(StringComparer.Ordinal)];

    /// <summary>The first of them.</summary>
    public static string Flac => Files[0];

    /// <summary>Ten seconds of that recording, repeated where it is shorter.</summary>
    public static Waveform TenSeconds() => Repeated(160_000);

    /// <summary>Samples of that recording at 16 kHz, repeated where it is shorter.</summary>
    public static Waveform Repeated(int count)
    {
        float[] samples = AudioFile.Read(Flac, 16_000).Samples;
        return new Waveform([.. Enumerable.Range(0, count).Select(i => samples[i % samples.Length])], 16_000);
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

    /// <summary>Reads the tokens of all rows, and returns their number.</summary>
    public static int Tokenize(ITransformer pipeline, IDataView files)
    {
        var output = pipeline.Transform(files);
        var column = output.Schema["Tokens"];
        using var cursor = output.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<uint>>(column);
        VBuffer<uint> tokens = default;
        int count = 0;
        while (cursor.MoveNext())
        {
            getter(ref tokens);
            count += tokens.Length;
        }

        return count;
    }

    /// <summary>The model in a saved pipeline, which owns it.</summary>
    public static AudioBsqModel ModelOf(TransformerChain<ITransformer> saved) => saved.OfType<AudioTokenizerTransformer>().First().Model;
}
