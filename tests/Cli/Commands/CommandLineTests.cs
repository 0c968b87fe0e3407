using System.CommandLine.Parsing;
using AudioBsq.Cli.Commands;
using AudioBsq.Cli.Console;

namespace AudioBsq.Tests.Cli.Commands;

public class CommandLineTests
{
    private readonly AudioBsqCommand _root = new(new Terminal(TextWriter.Null, TextWriter.Null), default);

    [Theory, InlineData("train"), InlineData("pretrain"), InlineData("train-vocoder"), InlineData("evaluate"), InlineData("compare"),
        InlineData("tokenize"), InlineData("verify"), InlineData("merge"), InlineData("reconstruct"), InlineData("info"),
        InlineData("import"), InlineData("export")]
    public void Help_NamesEveryArgumentAndOption(string name)
    {
        var command = _root.Subcommands.Single(command => command.Name == name);

        string help = Ran.AudioBsq(name, "--help").Expect(0).Output;

        Assert.All(
            command.Arguments,
            argument => Assert.Matches($"<{argument.Name}> +{System.Text.RegularExpressions.Regex.Escape(argument.Description!)}", help));
        Assert.All(command.Options.Append(_root.Verbose), option => Assert.Contains(option.Name, help));
        Assert.All(command.Options, option => Assert.Contains(option.Description!, help));
        Assert.Contains($"  audiobsq {name} ", help);
        Assert.Contains("130  stopped by Ctrl+C", help);
    }

    [Fact]
    public void Help_OfTheProgram_NamesEveryCommand()
    {
        string help = Ran.AudioBsq("--help").Expect(0).Output;

        Assert.All(_root.Subcommands, command => Assert.Contains(command.Description!, help));
        Assert.Equal(help, Ran.AudioBsq().Expect(0).Output);
    }

    [Fact]
    public void Examples_AreWellFormed()
    {
        string[] examples = [.. _root.Subcommands.Cast<ExampleCommand>().SelectMany(command => command.Example.Split('\n'))
            .SelectMany(line => line.Split(" | ")).Where(part => part.StartsWith("audiobsq ", StringComparison.Ordinal))];

        Assert.All(examples, example => Assert.Empty(_root.Parse([.. CommandLineParser.SplitCommandLine(example).Skip(1)]).Errors));
        Assert.All(
            _root.Subcommands,
            command => Assert.Contains(examples, example => example.StartsWith($"audiobsq {command.Name} ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Version_IsTheProgramsOwn() => Assert.StartsWith("0.1.0", Ran.AudioBsq("--version").Expect(0).Output);

    [Theory]
    [InlineData("'nonsense'", "nonsense")]
    [InlineData("tokenize", "tokenize")]
    [InlineData("tokenize", "tokenize", "model.zip")]
    [InlineData("'--bach-size'", "tokenize", "model.zip", "a.wav", "--bach-size", "3")]
    [InlineData("--batch-size", "tokenize", "model.zip", "a.wav", "--batch-size", "0")]
    [InlineData("--batch-size", "tokenize", "model.zip", "a.wav", "--batch-size", "many")]
    [InlineData("--threads", "tokenize", "model.zip", "a.wav", "--threads", "-1")]
    [InlineData("Device 'gpu'", "tokenize", "model.zip", "a.wav", "--device", "gpu")]
    [InlineData("must be '-'", "tokenize", "model.zip", "a.wav", "--pcm", "s16le")]
    [InlineData("must be '-'", "tokenize", "model.zip", "-", "a.wav", "--pcm", "s16le")]
    [InlineData("s16le or s24le or s32le or f32le", "tokenize", "model.zip", "-", "--pcm", "mp3")]
    [InlineData("--pcm, which is missing", "tokenize", "model.zip", "-", "--rate", "16000")]
    [InlineData("from 1 to 768000", "tokenize", "model.zip", "-", "--pcm", "s16le", "--rate", "0")]
    [InlineData("from 1 to 256", "tokenize", "model.zip", "-", "--pcm", "s16le", "--channels", "257")]
    [InlineData("--manifest, which is missing", "tokenize", "model.zip", "a.wav", "--shard", "0/2")]
    [InlineData("--manifest, which is missing", "tokenize", "model.zip", "a.wav", "--format", "shar")]
    [InlineData("no INPUT", "tokenize", "model.zip", "a.wav", "--manifest", "corpus.jsonl", "-o", "tokens")]
    [InlineData("needs --output", "tokenize", "model.zip", "--manifest", "corpus.jsonl")]
    [InlineData("--manifest", "verify", "tokens")]
    [InlineData("--output", "merge", "tokens")]
    [InlineData("--output", "reconstruct", "model.zip", "tokens.jsonl")]
    [InlineData("must be '-'", "reconstruct", "model.zip", "tokens.jsonl", "--pcm", "s16le", "--vocoder", "vocoder.safetensors")]
    [InlineData("--pcm needs --vocoder", "reconstruct", "model.zip", "-", "--pcm", "s16le")]
    [InlineData(
        "--griffin-lim must be 0", "reconstruct", "model.zip", "-", "--pcm", "s16le", "--vocoder", "vocoder.safetensors", "--griffin-lim",
        "2")]
    [InlineData(
        "--format is about WAV", "reconstruct", "model.zip", "-", "--pcm", "s16le", "--vocoder", "vocoder.safetensors", "--format",
        "float")]
    [InlineData("no WAV file", "reconstruct", "model.zip", "-", "--pcm", "s16le", "--vocoder", "vocoder.safetensors", "-o", "live.WAV")]
    [InlineData("would replace", "reconstruct", "model.zip", "-", "--pcm", "s16le", "--vocoder", "vocoder.safetensors", "-o", "model.zip")]
    [InlineData("pcm16 or float", "reconstruct", "model.zip", "tokens.jsonl", "-o", "out", "--format", "mp3")]
    [InlineData("--seed", "reconstruct", "model.zip", "tokens.jsonl", "-o", "out", "--seed", "x")]
    [InlineData("--config", "import", "weights.safetensors", "-o", "model.zip")]
    [InlineData("--output", "import", "weights.safetensors", "--config", "config.json")]
    [InlineData("--output", "export", "model.zip")]
    [InlineData("--html, which is missing", "evaluate", "model.zip", "a.wav", "--clips", "3")]
    [InlineData("--html, which is missing", "evaluate", "model.zip", "a.wav", "--seconds", "3")]
    [InlineData("--clips", "evaluate", "model.zip", "a.wav", "--html", "report.html", "--clips", "0")]
    [InlineData("--clips", "report", "model.zip", "a.wav", "-o", "report.html", "--clips", "0")]
    [InlineData("'--batch-size'", "train", "run.yaml", "-o", "out", "--batch-size", "3")]
    [InlineData("evaluate", "evaluate", "model.zip")]
    [InlineData("'--jsn'", "info", "a.wav", "--jsn")]
    [InlineData("'maybe'", "info", "a.wav", "--verbose=maybe")]
    public void Nonsense_IsOneLine_ThatPointsToTheHelp(string expected, params string[] arguments)
    {
        var ran = Ran.AudioBsq(arguments).Expect(2);

        string line = ran.MessageLines.Single();
        Assert.StartsWith("audiobsq: ", line);
        Assert.Contains(expected, line);
        Assert.Contains("--help'", line);
        Assert.Equal("", ran.Output);
    }

    [Fact]
    public void Arguments_ThatBeginWithAt_AreFiles() =>
        Assert.Contains("'@list.wav'", Ran.AudioBsq("info", "@list.wav").Expect(3).Messages);

    [Fact]
    public void StackTraces_AreForTheVerbose()
    {
        Assert.Single(Ran.AudioBsq("info", "missing.wav").Expect(3).MessageLines);
        Assert.Contains("   at AudioBsq.Cli.Commands.InfoCommand", Ran.AudioBsq("info", "missing.wav", "--verbose").Expect(3).Messages);
        Assert.Contains("   at AudioBsq.Cli.Commands.InfoCommand", Ran.AudioBsq("--verbose", "info", "missing.wav").Expect(3).Messages);
    }
}
