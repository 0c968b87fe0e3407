using System.Text.Json;
using System.Xml.Linq;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Cli.Reports;
using AudioBsq.Decoding;
using SkiaSharp;

namespace AudioBsq.Tests.Cli.Reports;

public sealed class ReportTests(WrittenReport report) : IClassFixture<WrittenReport>
{
    [Fact]
    public void Page_IsWritten_AndTheBadFileIsNamed()
    {
        Assert.Equal(1, report.Code);
        Assert.Contains(WrittenReport.Bad, report.Root.Value);
        Assert.EndsWith(
            $"This page is one file of {new FileInfo(report.Page).Length / 1e6:F1} MB; it loads nothing and runs no script.",
            report.Root.Value.TrimEnd());
    }

    [Fact]
    public void Page_NamesTheModelsFingerprint()
    {
        var term = report.Root.Descendants("dt").Single(term => term.Value == "Model's fingerprint");

        Assert.Matches("^[0-9a-f]{32}$", term.ElementsAfterSelf("dd").First().Value);
    }

    [Fact]
    public void Page_LoadsNothing()
    {
        var addresses = report.Root.Descendants().Attributes()
            .Where(attribute => attribute.Name.LocalName is "src" or "href" or "srcset" or "action" or "data" or "poster").ToList();

        Assert.All(addresses, address => Assert.True(
            address.Value.StartsWith("data:", StringComparison.Ordinal) || address.Parent!.Name == "a"
                && (address.Value[0] == '#' || address.Value.StartsWith("https://", StringComparison.Ordinal)),
            address.ToString()));
        Assert.DoesNotContain("url(", report.Text);
        Assert.DoesNotContain("@import", report.Text);
        Assert.Contains("default-src 'none'", report.Text);
        Assert.All(
            addresses.Where(address => address.Value[0] == '#'),
            address => Assert.Single(report.Root.Descendants().Attributes("id"), id => '#' + id.Value == address.Value));
    }

    [Fact]
    public void Page_HoldsNamesAsText()
    {
        string[] expected = [.. WrittenReport.Names.Select(name => name.Replace('\u0001', '\uFFFD').Replace('\n', '\uFFFD'))];

        string[] shown = [.. Clips().Select(clip => clip.Element("h3")!.Element("bdi")!.Value)];

        Assert.Equal([expected[0], expected[2], expected[3]], shown);
        Assert.Empty(report.Root.Descendants("script"));
        Assert.Empty(report.Root.Descendants("u"));
        Assert.DoesNotContain(
            report.Root.Descendants().Attributes(),
            attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(WrittenReport.MetricName, report.Root.Value);
    }

    [Fact]
    public void Sounds_AreThree_OfAtMostASecond()
    {
        var clips = Clips()
            .Select(
            clip =>
                clip.Descendants("audio").Select(audio => AudioFile.Read(Content(audio.Attribute("src")!.Value, "audio/wav"), "clip"))
                .ToList()).ToList();

        Assert.Equal([16_000, 2400, 3200], clips.Select(sounds => sounds[0].Samples.Length));
        Assert.All(clips, sounds => Assert.Equal(3, sounds.Count));
        Assert.All(clips, sounds => Assert.Single(sounds.Select(sound => sound.Samples.Length).Distinct()));
        Assert.All(clips.SelectMany(sounds => sounds), sound => Assert.Contains(sound.Samples, sample => Math.Abs(sample) > 0.01));
        Assert.Contains("of which this page has the first 1 s", Clips().First().Value);
    }

    [Fact]
    public void Pictures_AreInThePage_AndSayWhatTheyShow()
    {
        var images = report.Root.Descendants("img").ToList();

        var pictures = images.Select(image => SKBitmap.Decode(Content(image.Attribute("src")!.Value, "image/webp"))).ToList();

        Assert.All(Clips(), clip => Assert.Equal(3, clip.Descendants("img").Count()));
        Assert.Equal(3 * 3 + 3, images.Count); // and three of the codes
        Assert.All(pictures, picture => Assert.Equal((PagePicture.Width, PagePicture.Height), (picture.Width, picture.Height)));
        Assert.All(images, image => Assert.False(string.IsNullOrWhiteSpace(image.Attribute("alt")?.Value)));
        string[] lengths = ["1.0 s", "0.2 s", "0.2 s"];
        Assert.All(
            Clips().Zip(lengths), clip => Assert.Contains(clip.Second, clip.First.Descendants("img").First().Attribute("alt")!.Value));
    }

    [Fact]
    public void Figures_AreThoseOfEvaluate()
    {
        var sound = report.Json.GetProperty("sound");
        var metrics = sound.GetProperty("metrics").EnumerateArray().ToDictionary(metric => metric.GetProperty("key").GetString()!);
        Assert.Equal([.. SoundMetrics.All.Select(metric => metric.Key), WrittenReport.MetricName], metrics.Keys);

        foreach (string part in new[] { "Ceiling", "Reconstruction" })
        {
            Assert.All(
                metrics.Keys,
                key =>
                    Assert.Equal(
                    Mean(metrics[key], Member(sound.GetProperty("total").GetProperty(key), part)),
                    Cell(report.Root.Descendants("section").First(), key, part).Trim()));
            Assert.All(
                metrics.Keys,
                key =>
                    Assert.Equal(
                    Number(metrics[key], Member(sound.GetProperty("clips")[2], part), key), Cell(Clips().ElementAt(1), key, part)));
        }

        double error = report.Json.GetProperty("total").GetProperty("meanAbsoluteError").GetDouble();
        Assert.Contains(FormattableString.Invariant($"Mel error{error:F3} dB"), report.Root.Value);
    }

    [Fact]
    public void Figures_AreThere_WhereTheyAreDefined()
    {
        var clips = report.Json.GetProperty("sound").GetProperty("clips");

        var (speech, blip) = (clips[0].GetProperty("ceiling"), clips[1].GetProperty("ceiling"));

        Assert.InRange(speech.GetProperty("stoi").GetDouble(), 0.5, 1);
        Assert.Equal(JsonValueKind.Null, blip.GetProperty("stoi").ValueKind);
        Assert.Equal("–", Cell(Clips().ElementAt(1), "stoi", "Ceiling"));
        Assert.Equal(
            1, report.Json.GetProperty("sound").GetProperty("total").GetProperty("stoi").GetProperty("ceiling").GetProperty("count")
                .GetInt32());
        Assert.True(
            speech.GetProperty("codec_mel").GetDouble() < clips[0].GetProperty("reconstruction").GetProperty("codec_mel").GetDouble());
    }

    [Fact]
    public void Page_CanBeReadAloud()
    {
        var headings = report.Root.Descendants().Where(element => element.Name.LocalName is ['h', >= '1' and <= '6'])
            .Select(element => element.Name.LocalName[1] - '0').ToList();

        Assert.Equal(1, headings[0]);
        Assert.Equal(1, headings.Count(level => level == 1));
        Assert.All(headings.Zip(headings.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
        Assert.Equal("en", report.Root.Attribute("lang")!.Value);
        Assert.All(report.Root.Descendants("table"), table => Assert.NotEmpty(table.Element("caption")!.Value));
        Assert.All(report.Root.Descendants("th"), cell => Assert.Contains(cell.Attribute("scope")!.Value, new[] { "col", "row" }));
        Assert.All(report.Root.Descendants("audio"), audio => Assert.NotEmpty(audio.Attribute("aria-label")!.Value));
        Assert.Contains(report.Root.Descendants("meta"), meta => meta.Attribute("name")?.Value == "viewport");
    }

    [Fact] // It stands over figures of others, and over nothing that is computed here.
    public void Pesq_IsOneColumnOfOthers()
    {
        var cells = report.Root.DescendantNodes().OfType<XText>()
            .Where(text => text.Value.Contains("PESQ", StringComparison.OrdinalIgnoreCase)).Select(text => text.Parent!).ToList();

        var heading = Assert.Single(cells);
        var table = heading.Ancestors("table").Single();
        int column = heading.ElementsBeforeSelf().Count();
        Assert.All(
            table.Descendants("tr").Where(row => row.Attribute("class")?.Value == "own"),
            row => Assert.Equal("–", row.Elements().ElementAt(column).Value));
    }

    [Fact]
    public void APageThatIsThere_Stays_WhereNoClipIsGood()
    {
        byte[] before = File.ReadAllBytes(report.Page);

        Ran.AudioBsq("evaluate", report.Model, "no such.wav", "--html", report.Page).Expect(3);

        Assert.Equal(before, File.ReadAllBytes(report.Page));
    }

    private IEnumerable<XElement> Clips() => report.Root.Descendants("article");

    private static string Cell(XElement place, string metric, string column)
    {
        var row = place.Descendants("tr").Single(row => row.Attribute("data-metric")?.Value == metric);
        int index = row.Ancestors("table").Single().Descendants("th").TakeWhile(heading => heading.Value != column).Count();
        return row.Elements().ElementAt(index).Value;
    }

    private static JsonElement Member(JsonElement element, string part) =>
        element.GetProperty(JsonNamingPolicy.CamelCase.ConvertName(part));

    private static string Mean(JsonElement metric, JsonElement mean)
    {
        string interval = mean.ValueKind == JsonValueKind.Null || mean.GetProperty("lower").ValueKind == JsonValueKind.Null
            ? ""
            : $" [{Number(metric, mean, "lower")}, {Number(metric, mean, "upper")}]";
        return Number(metric, mean, "mean") + interval;
    }

    private static string Number(JsonElement metric, JsonElement holder, string key) =>
        holder.ValueKind == JsonValueKind.Null || holder.GetProperty(key) is not { ValueKind: JsonValueKind.Number } value
            ? "–"
            : value.GetDouble().ToString($"F{metric.GetProperty("digits").GetInt32()}", System.Globalization.CultureInfo.InvariantCulture);

    private static byte[] Content(string address, string type)
    {
        string start = $"data:{type};base64,";
        Assert.StartsWith(start, address);
        return Convert.FromBase64String(address[start.Length..]);
    }
}
