using System.CommandLine;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Persistence;
using AudioBsq.Reference;
using AudioBsq.Vocoding;
using Microsoft.ML;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq export</c>: writes weights as a safetensors file, for the published Python version or for this library.</summary>
internal sealed class ExportCommand : ExampleCommand
{
    private readonly Terminal _terminal;

    private readonly Argument<string> _model = CheckedArgument.Input<string>(
        "MODEL",
        "A tokenizer's zip (load only models that you trust), the name of one that comes with the program, or with --half a vocoder's file",
        ArgumentArity.ExactlyOne);

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The safetensors file, or with --onnx a folder; files are written whole or not at all",
        HelpName = "PATH",
        Required = true,
    };

    private readonly Option<string?> _config = new("--config-output")
    {
        Description = "Where the configuration goes, as JSON: what the Python version's YAML file has under model.params",
        HelpName = "FILE",
    };

    private readonly Option<bool> _half = new("--half")
    {
        Description = "Write the file that AudioBsqModel.Load and NeuralVocoder.Load read, with weights in half precision",
    };

    private readonly Option<bool> _onnx = new("--onnx")
    {
        Description = "Write encoder.onnx and decoder.onnx, and vocoder.onnx of a model that comes with the program or of a vocoder",
    };

    public ExportCommand(Terminal terminal)
        : base(
            "export",
            "Write a model's weights: for the Python version, for a package, or as ONNX graphs.",
            """
            audiobsq export tokenizer.zip -o weights.safetensors --config-output config.json
            audiobsq export tokenizer.zip -o speech.safetensors --half
            audiobsq export vocoder.safetensors -o speech-vocoder.safetensors --half
            audiobsq export speech900 -o graphs --onnx
            """,
            """
            Only a model that computes what the Python version computes can be exported to it: one
            that was imported, or trained with Compatibility.Reference.

            A model whose weights were rounded by --half is another model than the one it came from,
            with other tokens here and there: use the file from then on, also to train a vocoder.

            ONNX graphs are for programs in other languages. Inputs and outputs: docs/onnx.md.
            """)
    {
        _terminal = terminal;
        Add(_model);
        Add(_output);
        Add(_config);
        Add(_half);
        Add(_onnx);
    }

    protected override int Run(ParseResult arguments)
    {
        string path = arguments.GetRequiredValue(_model), output = arguments.GetRequiredValue(_output);
        string? config = arguments.GetValue(_config);
        string[] places = [.. new[] { path, output, config }.OfType<string>().Select(Path.GetFullPath)];
        if (places.Distinct().Count() < places.Length)
            throw new UsageException("--output, --config-output and MODEL must be different files.");
        bool half = arguments.GetValue(_half), onnx = arguments.GetValue(_onnx);
        if (config is not null && (half || onnx))
            throw new UsageException($"--config-output is about the Python version, and {(half ? "--half" : "--onnx")} is not.");
        if (half && onnx) throw new UsageException("--half and --onnx exclude each other.");
        if (half) return ExportHalf(path, output);
        if (onnx) return ExportOnnx(path, output);
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

    private int ExportOnnx(string path, string folder)
    {
        Directory.CreateDirectory(folder);
        if (File.Exists(path) && VocoderSummary.MayBe(path))
        {
            using var vocoder = NeuralVocoder.Load(path, "cpu");
            Write("vocoder", vocoder.ExportOnnx);
            return ExitCode.Success;
        }

        using var saved = SavedModel.Load(new MLContext { GpuDeviceId = -1 }, path);
        Write("encoder", saved.Tokenizer.Model.ExportOnnxEncoder);
        Write("decoder", saved.Tokenizer.Model.ExportOnnxDecoder);
        if (saved.Shipped is { } shipped)
        {
            using var vocoder = shipped.LoadVocoder("cpu");
            Write("vocoder", vocoder.ExportOnnx);
        }

        return ExitCode.Success;

        void Write(string part, Action<Stream> export)
        {
            string file = Path.Combine(folder, $"{part}.onnx");
            using var graph = new AtomicFile(file);
            export(graph.Stream);
            _terminal.Note($"{file}: {graph.Stream.Length / 1e6:f1} MB.");
            graph.Commit();
        }
    }

    private int ExportHalf(string path, string output)
    {
        using var weights = new AtomicFile(output);
        if (File.Exists(path) && VocoderSummary.MayBe(path))
        {
            using var vocoder = NeuralVocoder.Load(path, "cpu");
            vocoder.Save(weights.Stream, WeightPrecision.Half);
            _terminal.Note($"{vocoder.ParameterCount:N0} weights.");
        }
        else
        {
            using var saved = SavedModel.Load(new MLContext { GpuDeviceId = -1 }, path);
            var model = saved.Tokenizer.Model;
            model.Save(weights.Stream, WeightPrecision.Half);
            _terminal.Note($"{model.ParameterCount:N0} weights.");
        }

        weights.Commit();
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
