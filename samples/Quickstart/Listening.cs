using System.Diagnostics;
using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;

namespace Quickstart;

/// <summary>The second process: loads the zip, tokenizes clips, reconstructs them, and shows what became of them.</summary>
internal static class Listening
{
    public static void Run(string zip, string[] paths, string output)
    {
        var ml = new MLContext(seed: 1);
        var tokenizer = (TransformerChain<ITransformer>)ml.Model.Load(zip, out _);
        var clips = ml.Data.LoadFromEnumerable(paths.Select(path => new Clip { Path = path }));

        // Tokens first: they are all that would be sent or stored.
        var clock = Stopwatch.StartNew();
        var tokens = ml.Data.Cache(tokenizer.Transform(clips));
        string hash = Clips.HashOfTokens(tokens);
        var encoding = clock.Elapsed;
        File.WriteAllText(Path.Combine(output, "tokens.sha256"), hash);
        Console.WriteLine($"Tokens of {paths.Length} clips in another process:  {hash}\n");

        // Tokens → mel spectrogram → waveform.
        var trained = tokenizer.OfType<AudioTokenizerTransformer>().Single();
        var wayBack = ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", trained, "Frames")
            .Append(ml.Transforms.SynthesizeAudio("Sound", "Reconstructed"));
        var sound = wayBack.Fit(tokens).Transform(tokens);
        var rows = ml.Data.CreateEnumerable<Row>(sound, reuseRowObject: false).ToList();
        var metrics = ml.Data.EvaluateAudioReconstruction(sound, "Mel", "Reconstructed", "Tokens");

        foreach (var row in rows)
        {
            string name = Path.GetFileNameWithoutExtension(row.Path);
            AudioFile.WriteWav(Path.Combine(output, $"{name}.reconstructed.wav"), new Waveform(row.Sound, 16_000));
            AudioFile.WriteWav(Path.Combine(output, $"{name}.original.wav"), new Waveform(row.Waveform, 16_000));
        }

        string picture = Path.Combine(output, "mel.png");
        Picture.Save(picture, rows[0].Mel, rows[0].Reconstructed, metrics.MeanAbsoluteError);

        double seconds = rows.Sum(row => row.Waveform.Length / 16_000.0);
        int bits = trained.Model.Options.BitsPerToken;
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("Clips", "Seconds", "bit/s", "Mel error, dB", "Means, dB", "Codes used", "× real time");
        table.AddRow(
            $"{rows.Count}",
            $"{seconds:F1}",
            $"{rows.Sum(row => (long)row.Tokens.Length) * bits / seconds:F0}",
            $"{metrics.MeanAbsoluteError:F2}",
            $"{ErrorOfBandMeans([.. rows.Select(row => row.Mel)]):F2}",
            $"{metrics.Codes.AttainableUsage:P0}",
            $"{seconds / encoding.TotalSeconds:F0}");
        AnsiConsole.Write(table);
        Console.WriteLine($"\nListen to {Path.Combine(output, "*.reconstructed.wav")}\nLook at   {picture}\n");
    }

    // The constant baseline: every frame is the average frame of these very clips.
    private static double ErrorOfBandMeans(float[][] mels)
    {
        double[] means = [.. Enumerable.Range(0, Picture.Bands).Select(band => mels.SelectMany(mel => Band(mel, band)).Average())];
        return means.Select((mean, band) => mels.SelectMany(mel => Band(mel, band)).Average(level => Math.Abs(level - mean))).Average();
    }

    private static IEnumerable<float> Band(float[] mel, int band)
    {
        for (int i = band; i < mel.Length; i += Picture.Bands) yield return mel[i];
    }

    private sealed class Clip
    {
        public string Path { get; set; } = "";
    }

    private sealed class Row
    {
        public string Path { get; set; } = "";

        public float[] Waveform { get; set; } = [];

        public float[] Mel { get; set; } = [];

        public uint[] Tokens { get; set; } = [];

        public float[] Reconstructed { get; set; } = [];

        public float[] Sound { get; set; } = [];
    }
}
