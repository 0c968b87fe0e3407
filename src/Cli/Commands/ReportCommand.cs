using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Cli.Reports;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Persistence;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq report</c>: a page to see, hear and read how good a model is.</summary>
internal sealed class ReportCommand : ExampleCommand
{
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;
    private readonly TorchOptions _torch = new();
    private readonly SoundOptions _sound = new();

    private readonly Argument<string> _model =
        CheckedOption.Input<string>("MODEL", "A tokenizer's zip, with its decoder; load only models that you trust", ArgumentArity.ExactlyOne);

    private readonly Argument<string[]> _inputs =
        CheckedOption.Input<string[]>("INPUT", "Sound files, and folders of them that it was not trained on; all are measured", ArgumentArity.OneOrMore);

    private readonly Option<string> _output = new("--output", "-o") { Description = "The page; one that is there is replaced", HelpName = "FILE.html", Required = true };

    private readonly Option<int?> _clips = CheckedOption.Count("--clips", "Clips to see and hear, chosen evenly among the inputs [default: 6]");

    private readonly Option<int?> _seconds = CheckedOption.Count("--seconds", "A longer clip is cut in the page after so many seconds; its figures are of all of it [default: 30]");

    private readonly Option<bool> _flat = new("--no-recurse") { Description = "Leave out folders inside the given folders" };

    public ReportCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "report",
            "Write one HTML page that shows how good a model is: sound, pictures, figures.",
            """
            audiobsq report tokenizer.zip recordings/test -o report.html
            audiobsq report tokenizer.zip a.wav b.flac -o report.html --clips 2 --vocoder vocoder.safetensors
            """,
            """
            The page needs no other file and no network. Its figures are those that
            'audiobsq evaluate --audio --json' gives of the same clips. Each second of sound to
            hear takes about 0.13 MB.
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        Add(_model);
        Add(_inputs);
        Add(_output);
        Add(_clips);
        Add(_seconds);
        _sound.AddTo(this);
        _torch.AddTo(this);
        Add(_flat);
    }

    protected override int Run(ParseResult arguments)
    {
        string path = arguments.GetRequiredValue(_model);
        var ml = _torch.CreateContext(arguments, out string device);
        using var command = _sound.MetricProgram(arguments);
        using var pipeline = new TokenPipeline(ml, SavedModel.Load(ml, path), _torch.BatchSize(arguments), keepMel: true);
        using var synthesis = _sound.Synthesis(arguments, pipeline.Model.Mel, device);
        using var file = new AtomicFile(arguments.GetRequiredValue(_output));
        var tally = new Tally(_terminal);
        var draft = new ReportDraft(pipeline.Model, synthesis, command, arguments.GetValue(_seconds) ?? 30);
        var clips = ClipList.Find(ml, arguments.GetRequiredValue(_inputs), recursive: !arguments.GetValue(_flat), Refuse);
        int wanted = arguments.GetValue(_clips) ?? 6, done = 0;
        var clock = Stopwatch.StartNew();
        _terminal.Follow("Measuring", clips.Count, hidden: false, report =>
        {
            foreach (var (name, clip, reason) in pipeline.Tokenize(clips, _cancellation))
            {
                if (clip is null) Refuse(name, reason);
                else if (clip.Mel.Length == 0) Refuse(name, "it holds no sound");
                else Measure(clip, isShown: draft.Shown <= (long)done * wanted / clips.Count && draft.Shown < wanted);
                report(++done);
            }
        });
        if (draft.Any) Write(file, draft.Finish(path, ReportOrigin.Of(path, arguments.Tokens.Select(token => token.Value)), clock.Elapsed));
        return tally.Conclude();

        void Refuse(string name, string reason)
        {
            draft.Refuse(name, reason);
            tally.Refuse(name, reason);
        }

        void Measure(ClipTokens clip, bool isShown)
        {
            tally.Complain(clip.Path, draft.Add(clip, isShown, _cancellation));
            tally.Count(clip.Seconds, clip.Tokens.Length);
        }
    }

    private void Write(AtomicFile file, ReportContent content)
    {
        byte[] page = ReportPage.Render(content);
        file.Stream.Write(page);
        file.Commit();
        _terminal.Note(string.Create(CultureInfo.InvariantCulture, $"the page has {page.Length / 1e6:F1} MB."));
    }
}
