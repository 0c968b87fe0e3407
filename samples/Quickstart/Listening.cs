using System.Diagnostics;
using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;

namespace Quickstart;

/// <summary>The second process: loads the zip, makes tokens of clips and sound of the tokens, and shows what became of them.</summary>
internal static class Listening
{
    private const int SampleRate = 16_000;

    public static bool StartProcess(string zip, string folder, string output)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(Listening).Assembly.Location);
        foreach (string argument in new[] { "listen", zip, folder, output }) start.ArgumentList.Add(argument);
        using var second = Process.Start(start)!;
        second.WaitForExit();
        return second.ExitCode == 0;
    }

    public static void Run(string zip, string folder, string output)
    {
        var ml = new MLContext(seed: 1);
        var model = (TransformerChain<ITransformer>)ml.Model.Load(zip, out _);
        var clock = Stopwatch.StartNew();
        var sound = ml.Data.Cache(model.Transform(ml.Data.LoadAudioFolder(folder)));
        string hash = Tokens.Hash(sound);
        File.WriteAllText(Path.Combine(output, "tokens.sha256"), hash);
        Console.WriteLine($"Tokens in another process: {hash}");

        var rows = ml.Data.CreateEnumerable<Row>(sound, reuseRowObject: false).ToList();
        var elapsed = clock.Elapsed;
        foreach (var row in rows)
        {
            string name = Path.GetFileNameWithoutExtension(row.Path);
            AudioFile.WriteWav(Path.Combine(output, $"{name}.original.wav"), new Waveform(row.Waveform, SampleRate));
            AudioFile.WriteWav(Path.Combine(output, $"{name}.reconstructed.wav"), new Waveform(row.Sound, SampleRate));
        }

        string picture = Path.Combine(output, "mel.png");
        var mels = ml.Data.EvaluateAudioReconstruction(sound);
        Picture.Save(picture, rows[0].Mel, rows[0].Reconstructed, mels.MeanAbsoluteError);

        var quality = ml.Data.EvaluateAudioQuality(sound, "Waveform", "Sound");
        string Mean(string metric, string format) =>
            quality.Means.SingleOrDefault(mean => mean.Key.Key == metric).Value?.Mean.ToString(format) ?? "–";
        double seconds = rows.Sum(row => row.Waveform.Length / (double)SampleRate);
        int bits = model.OfType<AudioTokenizerTransformer>().Single().Model.Options.BitsPerToken;
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("Clips", "Seconds", "bit/s", "STOI", "ViSQOL", "Mel error, dB", "Level, dB", "× real time");
        table.AddRow(
            $"{rows.Count}",
            $"{seconds:F1}",
            $"{rows.Sum(row => (long)row.Tokens.Length) * bits / seconds:F0}",
            Mean("stoi", "F3"),
            Mean("visqol", "F2"),
            $"{mels.MeanAbsoluteError:F2}",
            Mean("level", "F1"),
            $"{seconds / elapsed.TotalSeconds:F0}");
        AnsiConsole.Write(table);
        Console.WriteLine($"\nListen to {Path.Combine(output, "*.reconstructed.wav")}\nLook at   {picture}\n");
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
