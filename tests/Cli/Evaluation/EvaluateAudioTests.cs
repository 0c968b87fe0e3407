using System.Text.Json;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Tests.Model.Vocoding;
using AudioBsq.Vocoding;

namespace AudioBsq.Tests.Cli.Evaluation;

public sealed class EvaluateAudioTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    [Fact]
    [Trait("Speed", "Slow")]
    public void Text_HasATableOfSound_OnlyWhereAsked()
    {
        string[] plain = Ran.AudioBsq("evaluate", model.Zip, model.Clip(4)).Expect(0).OutputLines;

        string[] lines = Ran.AudioBsq("evaluate", model.Zip, model.Clip(3), model.Clip(4), "--audio").Expect(0).OutputLines;

        Assert.DoesNotContain(plain, line => line.StartsWith("STOI", StringComparison.Ordinal));
        int table = Array.FindIndex(lines, line => line.StartsWith("Sound ", StringComparison.Ordinal));
        Assert.Equal(SoundFigures.Headings, lines[table].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(SoundMetrics.All.Count, lines.Length - table - 1);
        Assert.All(lines[(table + 1)..].Zip(SoundMetrics.All), row => Assert.StartsWith(row.Second.Title, row.First));
        Assert.Matches(
            @"SI-SDR \(dB\) +-?\d+\.\d\d \[-?\d+\.\d\d, -?\d+\.\d\d\] ",
            lines.Single(line => line.StartsWith("SI-SDR", StringComparison.Ordinal)));
    }

    [Fact]
    public void Json_HasNoSound_WhereNotAsked() =>
        Assert.False(
            JsonSerializer.Deserialize<JsonElement>(Ran.AudioBsq("evaluate", model.Zip, model.Clip(4), "--json").Expect(0).Output)
                .TryGetProperty("sound", out _));

    [Fact]
    public void AVocoder_MakesTheSound()
    {
        string file = model.New("vocoder.safetensors");
        using (var vocoder = NeuralVocoder.Create(SmallVocoder.Options, SavedTokenizer.Mel, device: "cpu")) vocoder.Save(file);

        var sound =
            JsonSerializer.Deserialize<JsonElement>(
            Ran.AudioBsq("evaluate", model.Zip, model.Clip(4), "--json", "--vocoder", file).Expect(0).Output).GetProperty("sound");

        Assert.StartsWith("the neural vocoder vocoder.safetensors of ", sound.GetProperty("synthesis").GetString());
        Assert.Equal(JsonValueKind.Number, sound.GetProperty("clips")[0].GetProperty("ceiling").GetProperty("codec_mel").ValueKind);
    }

    [Fact]
    public void AVocoderForOtherSpectrograms_IsRefused()
    {
        string file = model.New("other.safetensors");
        using (var vocoder = NeuralVocoder.Create(SmallVocoder.Options, SavedTokenizer.Mel with { FloorDecibels = -70 }, device: "cpu"))
            vocoder.Save(file);

        Assert.Contains(
            "is for other mel spectrograms", Ran.AudioBsq("evaluate", model.Zip, model.Clip(4), "--vocoder", file).Expect(3).Messages);
    }

    [Fact]
    public void RoundsOfGriffinLim_AreSaid() => Assert.Equal(
        "fast Griffin-Lim of 2 rounds",
        JsonSerializer.Deserialize<JsonElement>(
            Ran.AudioBsq("evaluate", model.Zip, model.Clip(4), "--json", "--griffin-lim", "2").Expect(0).Output).GetProperty("sound")
                .GetProperty("synthesis").GetString());

    [Fact, Trait("Speed", "Slow")]
    public void AMetricThatFails_IsReportedForEachClip_AndTheRestStays()
    {
        var ran =
            Ran.AudioBsq(
            "evaluate", model.Zip, model.Clip(3), "--json", "--metric-command", MetricTask.Line("fail"), "--metric-name", "mine 1.0")
                .Expect(1);

        var sound = JsonSerializer.Deserialize<JsonElement>(ran.Output).GetProperty("sound");
        var clip = sound.GetProperty("clips")[0];
        Assert.Equal(
            ["ceiling: mine 1.0 ended with code 7: no such model", "reconstruction: mine 1.0 ended with code 7: no such model"],
            clip.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()));
        Assert.Equal(JsonValueKind.Null, clip.GetProperty("ceiling").GetProperty("mine 1.0").ValueKind);
        Assert.Equal(JsonValueKind.Number, clip.GetProperty("ceiling").GetProperty("codec_mel").ValueKind);
        Assert.Equal(JsonValueKind.Null, sound.GetProperty("total").GetProperty("mine 1.0").GetProperty("ceiling").ValueKind);
        Assert.StartsWith($"audiobsq: {model.Clip(3)}: ceiling: mine 1.0 ended with code 7", ran.MessageLines[0]);
    }
}
