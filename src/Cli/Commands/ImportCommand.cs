using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using AudioBsq.Cli.Console;
using AudioBsq.Persistence;
using AudioBsq.Reference;
using AudioBsq.Signal;
using Microsoft.ML;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq import</c>: makes a model of weights of the published Python version.</summary>
internal sealed class ImportCommand : ExampleCommand
{
    private static readonly JsonSerializerOptions MelJson =
        new(JsonSerializerOptions.Strict) { IgnoreReadOnlyProperties = true, Converters = { new JsonStringEnumConverter() } };

    private readonly Terminal _terminal;

    private readonly Argument<string> _weights =
        CheckedArgument.Input<string>(
            "WEIGHTS", "A safetensors file of the weights; docs/import.md says how a checkpoint becomes one", ArgumentArity.ExactlyOne);

    private readonly Option<string> _config = new("--config")
    {
        Description = "What the Python version's YAML file has under model.params, as JSON",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The model's zip; it is written whole or not at all",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> _mel = new("--mel")
    {
        Description =
            "How mel spectrograms are made: a JSON object with properties of MelOptions [default: as the Python version makes them]",
        HelpName = "FILE",
    };

    private readonly Option<string?> _prefix = new("--prefix")
    {
        Description = "What the weights' names begin with, such as 'module.' [default: found in the file, if it holds one set of weights]",
        HelpName = "TEXT",
    };

    private readonly Option<bool> _ignore = new("--ignore-unexpected")
    {
        Description = "Leave out tensors that the model has no place for, instead of refusing the file",
    };

    public ImportCommand(Terminal terminal)
        : base(
            "import",
            "Make a model of weights that the Python version has trained.",
            "audiobsq import weights.safetensors --config config.json -o tokenizer.zip",
            """
            The model gives the tokens that the Python version gives. Every tensor that is missing,
            not expected, or of another shape is named.
            """)
    {
        _terminal = terminal;
        Add(_weights);
        Add(_config);
        Add(_output);
        Add(_mel);
        Add(_prefix);
        Add(_ignore);
    }

    protected override int Run(ParseResult arguments)
    {
        string weights = arguments.GetRequiredValue(_weights), output = arguments.GetRequiredValue(_output);
        if (!File.Exists(weights)) throw new FileNotFoundException($"There is no file of weights '{weights}'.", weights);
        CheckedArgument.CheckIsNotRead(output, weights);
        var options = ReferenceCheckpoint.ReadConfiguration(ReadText(arguments.GetRequiredValue(_config), "configuration"));
        var mel = arguments.GetValue(_mel) is { } path ? ReadMel(path, options.Bands) : MelOptions.Reference with { Bands = options.Bands };
        var checkpoint = new ReferenceCheckpoint(options)
        {
            Mel = mel,
            Prefix = arguments.GetValue(_prefix),
            Strict = !arguments.GetValue(_ignore),
            Device = "cpu",
        };
        using var model = AudioBsqModel.ImportReference(weights, checkpoint);
        AtomicFile.Write(output, stream => Save(model, stream));
        string rate = $"{model.Options.BitsPerToken} bits a token, {model.TokensPerSecond:N1} tokens a second";
        _terminal.Note($"{model.ParameterCount:N0} weights, {rate}.");
        return ExitCode.Success;
    }

    /// <summary>Saves the pipeline from paths to tokens that the other commands load.</summary>
    private static void Save(AudioBsqModel model, Stream stream)
    {
        var ml = new MLContext { GpuDeviceId = -1 };
        var none = ml.Data.LoadFromEnumerable<Clip>([]);
        var pipeline = ml.Transforms.LoadAudio("Waveform", nameof(Clip.Path), model.Mel.SampleRate)
            .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", model.Mel))
            .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", model));
        ml.Model.Save(pipeline.Fit(none), none.Schema, stream);
    }

    private static MelOptions ReadMel(string path, int bands)
    {
        MelOptions mel;
        try
        {
            mel = JsonSerializer.Deserialize<MelOptions>(ReadText(path, "mel options"), MelJson)
                ?? throw new JsonException("null is not allowed");
        }
        catch (JsonException cause)
        {
            throw new InvalidDataException($"'{path}' holds no mel options: {cause.Message}", cause);
        }

        return mel.Bands == bands
            ? mel
            : throw new InvalidDataException($"'{path}' asks for {mel.Bands} bands, and the model for {bands}.");
    }

    private static string ReadText(string path, string what) =>
        File.Exists(path) ? File.ReadAllText(path) : throw new FileNotFoundException($"There is no file of {what} '{path}'.", path);

    private sealed class Clip
    {
        public string Path { get; set; } = "";
    }
}
