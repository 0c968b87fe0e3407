using System.Text.Json;
using AudioBsq.Cli.Sounds;

namespace AudioBsq.Tests.Cli.Sounds;

public sealed class EvaluateAudioTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    [Fact]
    public void Text_HasATableOfSound_OnlyWhereAsked()
    {
        string[] plain = Ran.AudioBsq("evaluate", model.Zip, model.Clip(4)).Expect(0).OutputLines;

        string[] lines = Ran.AudioBsq("evaluate", model.Zip, model.Clip(3), model.Clip(4), "--audio").Expect(0).OutputLines;

        Assert.DoesNotContain(plain, line => line.StartsWith("STOI", StringComparison.Ordinal));
        int table = Array.FindIndex(lines, line => line.StartsWith("Sound ", StringComparison.Ordinal));
        Assert.Equal(SoundFigures.Headings, lines[table].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(SoundMetrics.All.Count, lines.Length - table - 1);
        Assert.All(lines[(table + 1)..].Zip(SoundMetrics.All), row => Assert.StartsWith(row.Second.Title, row.First));
        Assert.Matches(@"SI-SDR \(dB\) +-?\d+\.\d\d \[-?\d+\.\d\d, -?\d+\.\d\d\] ", lines.Single(line => line.StartsWith("SI-SDR", StringComparison.Ordinal)));
    }

    [Fact]
    public void Json_HasNoSound_WhereNotAsked() =>
        Assert.False(JsonSerializer.Deserialize<JsonElement>(Ran.AudioBsq("evaluate", model.Zip, model.Clip(4), "--json").Expect(0).Output).TryGetProperty("sound", out _));

    [Fact]
    public void AMetricThatFails_IsReportedForEachClip_AndTheRestStays()
    {
        var ran = Ran.AudioBsq("evaluate", model.Zip, model.Clip(3), "--json", "--metric-command", MetricTask.Line("fail"), "--metric-name", "mine 1.0").Expect(1);

        var sound = JsonSerializer.Deserialize<JsonElement>(ran.Output).GetProperty("sound");
        var clip = sound.GetProperty("clips")[0];
        Assert.Equal(["ceiling: mine 1.0 ended with code 7: no such model", "reconstruction: mine 1.0 ended with code 7: no such model"], clip.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()));
        Assert.Equal(JsonValueKind.Null, clip.GetProperty("ceiling").GetProperty("mine 1.0").ValueKind);
        Assert.Equal(JsonValueKind.Number, clip.GetProperty("ceiling").GetProperty("codec_mel").ValueKind);
        Assert.Equal(JsonValueKind.Null, sound.GetProperty("total").GetProperty("mine 1.0").GetProperty("ceiling").ValueKind);
        Assert.StartsWith($"audiobsq: {model.Clip(3)}: ceiling: mine 1.0 ended with code 7", ran.MessageLines[0]);
    }
}
