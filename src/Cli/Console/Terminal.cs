using System.Text;
using Spectre.Console;

namespace AudioBsq.Cli.Console;

/// <summary>
/// Where results and messages go. Messages are one line each on standard error. A progress bar is drawn only where standard error is a
/// terminal, and frames and weights of type only where standard output is one. No text is ever taken for markup.
/// </summary>
internal sealed class Terminal(TextWriter output, TextWriter error)
{
    private readonly IAnsiConsole _results = Open(output), _messages = Open(error);
    private bool _isDrawing;

    /// <summary>Standard output, for what a script reads.</summary>
    public TextWriter Output => output;

    /// <summary>Opens standard input.</summary>
    public Func<Stream> OpenInput { get; init; } = System.Console.OpenStandardInput;

    /// <summary>Opens standard output for bytes, which <see cref="Output"/> must not be used beside.</summary>
    public Func<Stream> OpenOutput { get; init; } = System.Console.OpenStandardOutput;

    /// <summary>Whether messages are followed by stack traces.</summary>
    public bool IsVerbose { get; set; }

    /// <summary>Whether results are seen by a person at once.</summary>
    public bool ShowsOutput => _results.Profile.Out.IsTerminal;

    /// <summary>The same without standard output: for work whose results another command tells.</summary>
    public Terminal WithoutResults() => new(TextWriter.Null, error) { IsVerbose = IsVerbose };

    /// <summary>One line on standard error, whatever the message holds.</summary>
    public void Say(string message, Exception? cause = null)
    {
        string text = $"audiobsq: {OneLine(message)}";
        if (IsVerbose && cause is not null) text += Environment.NewLine + cause;
        if (_isDrawing) _messages.Write(new Text(text + "\n"));
        else error.WriteLine(text);
    }

    /// <summary>The same, only for a person who is watching.</summary>
    public void Note(string message)
    {
        if (_messages.Profile.Out.IsTerminal) Say(message);
    }

    /// <summary>Runs work that says from time to time how much of <paramref name="total"/> it has done.</summary>
    public void Follow(string what, long total, bool hidden, Action<Action<double>> work)
    {
        if (hidden || !_messages.Profile.Out.IsTerminal || !_messages.Profile.Capabilities.Ansi)
        {
            work(_ => { });
            return;
        }

        var bar = _messages.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new RemainingTimeColumn());
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
    /// Runs work that tells now and then how it stands: as names and values that are drawn in one place, or where nobody watches as one line
    /// on standard error each time.
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

    /// <summary>Names and values on standard output: a table for a person, plain lines for a file or pipe.</summary>
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

    /// <summary>A table with headings on standard output, the same for a file or pipe without the frame. The first column is text, the others are numbers.</summary>
    public void Show(string[] headings, IReadOnlyList<string[]> rows)
    {
        if (!ShowsOutput)
        {
            int[] widths = [.. headings.Select((heading, i) => rows.Append(headings).Max(row => OneLine(row[i]).Length))];
            foreach (string[] row in rows.Prepend(headings))
                output.WriteLine(string.Join("  ", row.Select((cell, i) => i == 0 ? OneLine(cell).PadRight(widths[i]) : OneLine(cell).PadLeft(widths[i]))));
            return;
        }

        var table = new Table { Border = TableBorder.Rounded };
        foreach (string heading in headings) table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))) { Alignment = table.Columns.Count == 0 ? Justify.Left : Justify.Right });
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

    /// <summary>Without line breaks, and without what could command a terminal.</summary>
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
