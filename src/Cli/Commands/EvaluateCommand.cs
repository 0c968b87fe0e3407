using System.CommandLine;
using System.Diagnostics;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Cli.Reports;
using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Commands;

/// <summary>
/// <c>audiobsq evaluate</c>: how well a model reconstructs clips and how it uses its codes, as tables, as JSON or as a page.
/// </summary>
internal sealed class EvaluateCommand : ExampleCommand
{
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;
    private readonly TorchOptions _torch = new();
    private readonly SoundOptions _sound = new();
    private readonly PageOptions _page = new();
    private readonly Argument<string> _model = CheckedArgument.Model("with its decoder");

    private readonly Argument<string[]> _inputs = CheckedArgument.Input<string[]>(
        "INPUT", "Sound files, and folders of them that it was not trained on; all are measured", ArgumentArity.OneOrMore);

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object in place of tables" };

    private readonly Option<bool> _audio = new("--audio")
    {
        Description = "Make sound of the tokens, and of the original's mel spectrogram as a ceiling, and compare both with the original; "
            + "it takes several times as long",
    };

    private readonly Option<bool> _flat = ClipList.FlatOption();

    public EvaluateCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "evaluate",
            "Measure a model on sound files: tokenize, reconstruct, compare. With --html write a page to see, hear and read.",
            """
            audiobsq evaluate tokenizer.zip recordings/test
            audiobsq evaluate tokenizer.zip hello.wav --json
            audiobsq evaluate tokenizer.zip recordings/test --audio
            audiobsq evaluate tokenizer.zip recordings/test --html report.html --vocoder vocoder.safetensors
            audiobsq evaluate tokenizer.zip recordings/test --metric-command "python3 score.py" --metric-name "my score 1.2"
            """,
            """
            The error is the average difference between mel spectrograms in the model's own unit,
            decibels by default; the total counts every frame alike. Codes used is the share of the
            codes that so many positions could show; bit correlation 1 means bits that repeat others.

            With --audio, --html or an option about sound, averages over clips stand before their 95 %
            bootstrap intervals in brackets. A program that is given by --metric-command prints its
            number as the last line of its standard output. Where it fails or takes too long, the
            clip keeps its other figures, the reason is in the JSON and on standard error, and the
            exit code is 1.

            The page of --html holds the same figures, and needs no other file and no network. Each
            second of sound to hear takes about 0.13 MB. 'audiobsq report … -o FILE' is another way
            to write 'audiobsq evaluate … --html FILE'.
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        Aliases.Add("report");
        Add(_model);
        Add(_inputs);
        Add(_json);
        Add(_audio);
        _page.AddTo(this);
        _sound.AddTo(this);
        _torch.AddTo(this);
        Add(_flat);
    }

    protected override int Run(ParseResult arguments)
    {
        string path = arguments.GetRequiredValue(_model);
        bool makesPage = _page.IsGiven(arguments), makesSound = makesPage || arguments.GetValue(_audio) || _sound.AreGiven(arguments);
        var ml = _torch.CreateContext(arguments, out string device);
        using var program = _sound.MetricProgram(arguments);
        using var pipeline = new TokenPipeline(ml, SavedModel.Load(ml, path), _torch.BatchSize(arguments), keepMel: true);
        using var synthesis = makesSound ? _sound.Synthesis(arguments, path, pipeline.Model.Mel.MainOnly, device) : null;
        using var page = makesPage ? _page.Begin(arguments, pipeline.Model, synthesis!) : null;
        var tally = new Tally(_terminal);
        var evaluation = new MelEvaluation(pipeline.Model);
        var sound = synthesis is null ? null : new SoundEvaluation(pipeline.Model.Mel.MainOnly, synthesis, program);
        bool recursive = !arguments.GetValue(_flat);
        using var inputs = new SoundInputs(arguments.GetRequiredValue(_inputs), recursive, Refuse, _terminal, _cancellation);
        var clock = Stopwatch.StartNew();
        int done = 0;
        _terminal.Follow("Evaluating", inputs.Paths.Count, hidden: false, report =>
        {
            foreach (var (path, clip, reason) in pipeline.Tokenize(inputs.Paths, _cancellation))
            {
                if (clip is null) Refuse(inputs.SourceOf(path), inputs.Named(reason));
                else if (clip.Mel.Length == 0) Refuse(inputs.SourceOf(path), "it holds no sound");
                else Measure(clip with { Path = inputs.SourceOf(path) });
                report(++done);
            }
        });
        if (!evaluation.Any) return tally.Conclude();
        var summary = evaluation.Result(path, clock.Elapsed) with { Sound = sound?.Result() };
        Show(summary, arguments.GetValue(_json));
        if (page?.Write(summary, evaluation.Tokens, arguments) is { } megabytes)
            _terminal.Note(FormattableString.Invariant($"the page has {megabytes:F1} MB."));
        return tally.Conclude();

        void Refuse(string name, string reason)
        {
            evaluation.Refuse(name, reason);
            tally.Refuse(name, reason);
        }

        void Measure(ClipTokens clip)
        {
            float[] reconstructed = evaluation.Add(clip);
            tally.Count(clip.Seconds, clip.Tokens.Length);
            if (sound is null) return;
            clock.Stop(); // the speed is that of tokens and mel spectrograms
            var synthesized = sound.Add(clip, reconstructed, _cancellation);
            tally.Complain(clip.Path, synthesized.Figures.Problems);
            page?.Add(clip, synthesized, done, inputs.Paths.Count, _cancellation);
            clock.Start();
        }
    }

    private void Show(EvaluationSummary summary, bool json)
    {
        if (json)
        {
            _terminal.Output.WriteLine(((ISummary)summary).ToJson());
            return;
        }

        _terminal.Show(EvaluationSummary.Headings, [.. summary.Table()]);
        _terminal.Show([.. summary.Rows()]);
        if (summary.Sound is { } sound) _terminal.Show(SoundFigures.Headings, [.. sound.Table()]);
    }
}
