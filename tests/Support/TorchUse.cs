using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests;

/// <summary>Whether something needs torch: it is done in a fresh process that has not loaded it.</summary>
internal static class TorchUse
{
    /// <summary>The task of <c>Program</c>.</summary>
    public const string Task = "torch-use";

    /// <summary>The task's command that is not one of audiobsq's: a pipeline without a network, and an estimator of one that has.</summary>
    public const string Pipeline = "pipeline";

    private const StringSplitOptions Separate = StringSplitOptions.RemoveEmptyEntries;

    /// <summary>
    /// Does it, with arguments that '|' separates, and prints whether libtorch is in the process afterwards.
    /// </summary>
    public static void Print(string command, string argument)
    {
        if (command == Pipeline) Extract(argument);
        else AudioBsq.Cli.Program.Run([command, .. argument.Split('|', Separate)], TextWriter.Null, TextWriter.Null);
        bool loaded = File.ReadLines("/proc/self/maps").Any(line => line.Contains("/libtorch", StringComparison.Ordinal));
        Console.WriteLine(loaded ? "loaded" : "not loaded");
    }

    private static void Extract(string path)
    {
        var ml = new MLContext();
        var files = ml.Data.LoadFromEnumerable([new Row { Path = path }]);
        var mel = ml.Transforms.LoadAudio("Waveform", "Path").Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"));
        mel.Append(ml.Transforms.TokenizeAudio("Tokens", "Mel")).GetOutputSchema(SchemaShape.Create(files.Schema));
        if (mel.Fit(files).Transform(files).GetColumn<VBuffer<float>>("Mel").Single().Length == 0)
            throw new InvalidOperationException($"'{path}' has no frames.");
    }

    private sealed class Row
    {
        public string Path { get; set; } = "";
    }
}
