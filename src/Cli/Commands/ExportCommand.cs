using System.CommandLine;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Persistence;
using AudioBsq.Reference;
using Microsoft.ML;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq export</c>: writes a model's weights for the published Python version.</summary>
internal sealed class ExportCommand : ExampleCommand
{
    private readonly Terminal _terminal;

    private readonly Argument<string> _model = CheckedArgument.Model();

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The safetensors file; it is written whole or not at all",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> _config = new("--config-output")
    {
        Description = "Where the configuration goes, as JSON: what the Python version's YAML file has under model.params",
        HelpName = "FILE",
    };

    public ExportCommand(Terminal terminal)
        : base(
            "export",
            "Write a model's weights under the Python version's names, as one safetensors file.",
            "audiobsq export tokenizer.zip -o weights.safetensors --config-output config.json",
            """
            Only a model that computes what the Python version computes can be exported: one that was
            imported, or trained with Compatibility.Reference.
            """)
    {
        _terminal = terminal;
        Add(_model);
        Add(_output);
        Add(_config);
    }

    protected override int Run(ParseResult arguments)
    {
        string path = arguments.GetRequiredValue(_model), output = arguments.GetRequiredValue(_output);
        string? config = arguments.GetValue(_config);
        string[] places = [.. new[] { path, output, config }.OfType<string>().Select(Path.GetFullPath)];
        if (places.Distinct().Count() < places.Length)
            throw new UsageException("--output, --config-output and MODEL must be different files.");
        using var saved = SavedModel.Load(new MLContext { GpuDeviceId = -1 }, path);
        var model = saved.Tokenizer.Model;
        using (var weights = new AtomicFile(output))
        {
            model.ExportReference(weights.Stream);
            if (config is not null) WriteConfig(config, model.Options);
            weights.Commit();
        }

        _terminal.Note($"{model.ParameterCount:N0} weights.");
        return ExitCode.Success;
    }

    private static void WriteConfig(string path, AudioBsqOptions options)
    {
        using var file = new AtomicFile(path);
        using (var writer = new StreamWriter(file.Stream, leaveOpen: true))
            writer.WriteLine(ReferenceCheckpoint.WriteConfiguration(options));
        file.Commit();
    }
}
