using System.Text;
using Spectre.Console;

namespace AudioBsq.Cli.Console;

/// <summary>
/// Writes results to standard output and messages to standard error, one line each. A progress bar appears only where standard error is a
/// terminal, and frames and bold type only where standard output is one. Text is never interpreted as markup.
/// </summary>
internal sealed class Terminal(TextWriter output, TextWriter error)
{
    private readonly IAnsiConsole _results = Open(output), _messages = Open(error);
    private bool _isDrawing;

    /// <summary>Standard output, for results that a script reads.</summary>
    public TextWriter Output => output;

    /// <summary>Opens standard input.</summary>
    public Func<Stream> OpenInput { get; init; } = System.Console.OpenStandardInput;

    /// <summary>Opens standard output for bytes; <see cref="Output"/> must not be used as well.</summary>
    public Func<Stream> OpenOutput { get; init; } = System.Console.OpenStandardOutput;

    /// <summary>Whether messages are followed by stack traces.</summary>
    public bool IsVerbose { get; set; }

    /// <summary>Whether standard output is a terminal.</summary>
    public bool ShowsOutput => _results.Profile.Out.IsTerminal;

    /// <summary>The same without standard output, for a command that another command runs.</summary>
    public Terminal WithoutResults() => new(TextWriter.Null, error) { IsVerbose = IsVerbose };

    /// <summary>Writes a message to standard error, on one line.</summary>
    public void Say(string message, Exception? cause = null)
    {
        string text = $"audiobsq: {OneLine(message)}";
        if (IsVerbose && cause is not null) text += Environment.NewLine + cause;
        if (_isDrawing) _messages.Write(new Text(text + "\n"));
        else error.WriteLine(text);
    }

    /// <summary>The same, only where standard error is a terminal.</summary>
    public void Note(string message)
    {
        if (_messages.Profile.Out.IsTerminal) Say(message);
    }

    /// <summary>
    /// Runs work that reports how much of <paramref name="total"/> is done, and shows a progress bar unless it is hidden.
    /// </summary>
    public void Follow(string what, long total, bool hidden, Action<Action<double>> work)
    {
        if (hidden || !_messages.Profile.Out.IsTerminal || !_messages.Profile.Capabilities.Ansi)
        {
            work(_ => { });
            return;
        }

        var bar = _messages.Progress().AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(),
                new RemainingTimeColumn());
        bar.Start(context =>
        {
            var task = context.AddTask(Markup.Escape(what), maxValue: Math.Max(total, 1));
            _isDrawing = true;
            try
            {
                work(done => task.Value = done);
            }
            finally
            {
                _isDrawing = false;
            }
        });
    }

    /// <summary>
    /// Runs work that reports its state from time to time. A terminal shows the names and values, updated in place; anything else gets the
    /// line, on standard error.
    /// </summary>
    public void Watch(string before, Action<Action<string, IReadOnlyList<(string Name, string Value)>>> work)
    {
        if (!_messages.Profile.Out.IsTerminal || !_messages.Profile.Capabilities.Ansi)
        {
            work((line, _) => error.WriteLine(OneLine(line)));
            return;
        }

        _messages.Live(new Text(before)).Start(context =>
        {
            _isDrawing = true;
            context.Refresh();
            try
            {
                work((_, rows) => context.UpdateTarget(NamesAndValues(rows)));
            }
            finally
            {
                _isDrawing = false;
            }
        });
    }

    /// <summary>Writes names and values to standard output: a table on a terminal, plain lines to a file or pipe.</summary>
    public void Show(IReadOnlyList<(string Name, string Value)> rows)
    {
        if (!ShowsOutput)
        {
            int width = rows.Max(row => row.Name.Length);
            foreach (var (name, value) in rows) output.WriteLine($"{name.PadRight(width)}  {OneLine(value)}");
            return;
        }

        _results.Write(NamesAndValues(rows));
    }

    /// <summary>
    /// Writes a table to standard output, without its frame to a file or pipe. The first column is text, the others are numbers.
    /// </summary>
    public void Show(string[] headings, IReadOnlyList<string[]> rows)
    {
        if (!ShowsOutput)
        {
            int[] widths = [.. headings.Select((heading, i) => rows.Append(headings).Max(row => OneLine(row[i]).Length))];
            foreach (string[] row in rows.Prepend(headings))
                output.WriteLine(string.Join("  ", row.Select(Padded)));
            return;

            string Padded(string cell, int i) => i == 0 ? OneLine(cell).PadRight(widths[i]) : OneLine(cell).PadLeft(widths[i]);
        }

        var table = new Table { Border = TableBorder.Rounded };
        foreach (string heading in headings)
        {
            var bold = new Text(heading, new Style(decoration: Decoration.Bold));
            table.AddColumn(new TableColumn(bold) { Alignment = table.Columns.Count == 0 ? Justify.Left : Justify.Right });
        }

        foreach (string[] row in rows) table.AddRow(row.Select(cell => new Text(OneLine(cell))));
        _results.Write(table);
    }

    private static Table NamesAndValues(IReadOnlyList<(string Name, string Value)> rows)
    {
        var table = new Table { ShowHeaders = false, Border = TableBorder.Rounded }.AddColumns("", "");
        table.Columns[0].NoWrap();
        foreach (var (name, value) in rows) table.AddRow(new Text(name, new Style(decoration: Decoration.Bold)), new Text(OneLine(value)));
        return table;
    }

    /// <summary>Text without line breaks and control characters, which could control a terminal.</summary>
    private static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (char c in text.Trim().ReplaceLineEndings(" ")) line.Append(c == '\t' ? ' ' : char.IsControl(c) ? '?' : c);
        return line.ToString();
    }

    private static IAnsiConsole Open(TextWriter writer) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(writer),
        Interactive = InteractionSupport.Yes,
        Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false }, // a build server's log is no terminal
    });
}
