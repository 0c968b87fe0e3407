using System.CommandLine;
using System.Diagnostics;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq evaluate</c>: how well a model redraws clips, and how it uses its codes.</summary>
internal sealed class EvaluateCommand : ExampleCommand
{
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;
    private readonly TorchOptions _torch = new();
    private readonly SoundOptions _sound = new();

    private readonly Argument<string> _model =
        CheckedOption.Input<string>("MODEL", "A tokenizer's zip, with its decoder; load only models that you trust", ArgumentArity.ExactlyOne);

    private readonly Argument<string[]> _inputs =
        CheckedOption.Input<string[]>("INPUT", "Sound files, and folders of them that it was not trained on", ArgumentArity.OneOrMore);

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object in place of tables" };

    private readonly Option<bool> _audio = new("--audio")
    {
        Description = "Make sound of the tokens, and of the original's mel spectrogram as a ceiling, and compare both with the original; it takes several times as long",
    };

    private readonly Option<bool> _flat = new("--no-recurse") { Description = "Leave out folders inside the given folders" };

    public EvaluateCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "evaluate",
            "Measure a model on sound files: tokenize, reconstruct, compare the mel spectrograms.",
            """
            audiobsq evaluate tokenizer.zip recordings/test
            audiobsq evaluate tokenizer.zip hello.wav --json
            audiobsq evaluate tokenizer.zip recordings/test --audio
            audiobsq evaluate tokenizer.zip recordings/test --metric-command "python3 score.py" --metric-name "my score 1.2"
            """,
            """
            The error is the average difference between mel spectrograms in the model's own unit,
            decibels by default; the total counts every frame alike. Codes used is the share of the
            codes that so many positions could show; bit correlation 1 means bits that repeat others.

            With --audio, or an option that asks for sound, averages over clips stand before their 95 % bootstrap intervals in brackets.
            A program that is given by --metric-command prints its number as the last line of its
            standard output. Where it fails or takes too long, the clip keeps its other figures, the
            reason is in the JSON and on standard error, and the exit code is 1.
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        Add(_model);
        Add(_inputs);
        Add(_json);
        Add(_audio);
        _sound.AddTo(this);
        _torch.AddTo(this);
        Add(_flat);
    }

    protected override int Run(ParseResult arguments)
    {
        var ml = _torch.CreateContext(arguments, out string device);
        string path = arguments.GetRequiredValue(_model);
        using var command = _sound.MetricProgram(arguments);
        using var pipeline = new TokenPipeline(ml, SavedModel.Load(ml, path), _torch.BatchSize(arguments), keepMel: true);
        var (tally, evaluation) = (new Tally(_terminal), new MelEvaluation(pipeline.Model));
        using var synthesis = arguments.GetValue(_audio) || _sound.AskForSound(arguments) ? _sound.Synthesis(arguments, pipeline.Model.Mel, device) : null;
        var sound = synthesis is null ? null : new SoundEvaluation(pipeline.Model.Mel, synthesis, command);
        var clips = ClipList.Find(ml, arguments.GetRequiredValue(_inputs), recursive: !arguments.GetValue(_flat), Refuse);
        var clock = Stopwatch.StartNew();
        _terminal.Follow("Evaluating", clips.Count, hidden: false, report =>
        {
            foreach (var (name, clip, reason) in pipeline.Tokenize(clips, _cancellation))
            {
                if (clip is null) Refuse(name, reason);
                else if (clip.Mel.Length == 0) Refuse(name, "it holds no sound");
                else Measure(clip);
                report(tally.Total);
            }
        });
        if (evaluation.Any) Show(evaluation.Result(path, clock.Elapsed) with { Sound = sound?.Result() }, arguments.GetValue(_json));
        return tally.Conclude();

        void Refuse(string name, string reason)
        {
            evaluation.Refuse(name, reason);
            tally.Refuse(name, reason);
        }

        void Measure(ClipTokens clip)
        {
            float[] drawn = evaluation.Add(clip);
            tally.Count(clip.Seconds, clip.Tokens.Length);
            if (sound is null) return;
            clock.Stop(); // the speed is the tokens' and their mel spectrograms'
            tally.Complain(clip.Path, sound.Add(clip, drawn, _cancellation).Figures.Problems);
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
