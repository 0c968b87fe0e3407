using System.CommandLine;
using AudioBsq.Benchmarks.Memory;
using AudioBsq.Decoding;
using AudioBsq.Signal;
using Microsoft.ML;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>first-tokens</c>: the process that <c>bench</c> starts to see how soon a program has its first tokens.</summary>
internal sealed class FirstTokensCommand : Command
{
    public const string CommandName = "first-tokens";

    private readonly Argument<string> _model = new("MODEL") { Description = "A model, or the zip of a pipeline" };
    private readonly Argument<string> _sound = new("SOUND") { Description = "A recording" };
    private readonly Option<string> _device = new("--device") { Description = "cpu or onnx", DefaultValueFactory = _ => "cpu" };

    public FirstTokensCommand() : base(CommandName, "Tokenize one recording, and write the peak memory of that in bytes.")
    {
        Hidden = true;
        Add(_model);
        Add(_sound);
        Add(_device);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        string model = arguments.GetRequiredValue(_model), sound = arguments.GetRequiredValue(_sound);
        int tokens = Path.GetExtension(model) == ".zip"
            ? TokenizeByPipeline(model, sound)
            : Tokenize(model, sound, arguments.GetRequiredValue(_device));
        Console.WriteLine(tokens > 0 ? PeakMemory.OfProcess() : throw new InvalidDataException($"'{sound}' has no tokens."));
    }

    private static int Tokenize(string path, string sound, string device)
    {
        using var model = AudioBsqModel.Load(path, device);
        return model.Encode(new MelSpectrogram(model.Mel).Extract(AudioFile.Read(sound, model.Mel.SampleRate).Samples)).Length;
    }

    private static int TokenizeByPipeline(string path, string sound)
    {
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(new FileRow[] { new() { Path = sound } });
        return Speech.Tokenize(ml.Model.Load(path, out _), rows);
    }
}
