using System.Text.Json;
using System.Xml.Linq;
using AudioBsq.Decoding;
using AudioBsq.Tests.Cli.Evaluation;

namespace AudioBsq.Tests.Cli.Reports;

/// <summary>A page about clips with names that mean harm, written once, and what <c>audiobsq evaluate</c> says of them.</summary>
public sealed class WrittenReport : IDisposable
{
    private readonly SavedTokenizer _model = new();

    public WrittenReport()
    {
        AudioFile.WriteWav(Clip(Names[0]), AudioFile.Read(TestData.PathOf("audio", "LJ001-0008.flac"), 16_000)); // speech, of 1.8 s
        for (int i = 1; i < Names.Length; i++) File.Copy(_model.Clip(i), Clip(Names[i]));
        File.WriteAllText(Clip(Bad), "no sound");
        string[] metric = ["--metric-command", MetricTask.Line("difference"), "--metric-name", MetricName];

        Page = Path.Combine(_model.Folder, "page.html");
        Code = Ran.AudioBsq(["report", _model.Zip, Folder, "-o", Page, "--clips", "3", "--seconds", "1", "--threads", "1", .. metric])
            .Code;
        Json =
            JsonSerializer.Deserialize<JsonElement>(
            Ran.AudioBsq(["evaluate", _model.Zip, Folder, "--audio", "--json", .. metric]).Expect(1).Output);
        Text = File.ReadAllText(Page);
        Root = XDocument.Parse(Text).Root!;
    }

    /// <summary>In the order in which they are found.</summary>
    public static string[] Names { get; } = OperatingSystem.IsWindows()
        ? ["a 'x' & y.wav", "b &lt;b&gt;.wav", "c {{0}}.wav", "d.wav"]
        : ["a <script>alert(1)<|script>.wav", "b \"'><img src=x onerror=alert(1)>.wav", "c &lt;\u0001\n{{0}} ]]>.wav", "d.wav"];

    /// <summary>A file that is no sound.</summary>
    public static string Bad => OperatingSystem.IsWindows() ? "b2 &amp;.wav" : "b2 <i>.wav";

    public static string MetricName => "<u>mine</u> & 1.0";

    public int Code { get; }

    /// <summary>The model's file.</summary>
    public string Model => _model.Zip;

    public string Page { get; }

    public string Text { get; }

    public XElement Root { get; }

    public JsonElement Json { get; }

    private string Folder => Directory.CreateDirectory(Path.Combine(_model.Folder, "speech")).FullName;

    public void Dispose() => _model.Dispose();

    private string Clip(string name) => Path.Combine(Folder, name);
}
