using System.Text.Json;
using AudioBsq.Tests.Cli.Training;

namespace AudioBsq.Tests.Cli.Commands;

public sealed class CompareCommandTests : IDisposable
{
    private readonly TrainingFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact, Trait("Speed", "Slow")]
    public void Cases_AreTrainedFromEachSeed_AndSetSideBySide()
    {
        var ran = Compare("--case", "As it is", "--case", "5 bits: embed_dim=5; model.embed_group_size=5").Expect(0);

        var rows = Cases();
        Assert.Equal(["As it is", "5 bits"], rows.Select(row => row.GetProperty("name").GetString()));
        foreach (var row in rows)
        {
            var error = row.GetProperty("figures").GetProperty("Mel error");
            double[] errors = [.. error.GetProperty("runs").EnumerateArray().Select(each => each.GetDouble())];
            string slug = row.GetProperty("name").GetString() == "5 bits" ? "5-bits" : "as-it-is";
            Assert.Equal(new[] { 4, 7 }.Select(seed => Best($"{slug}-seed-{seed}")), errors);
            Assert.NotEqual(errors[0], errors[1]);
            Assert.Equal(errors.Average(), row.GetProperty("figures").GetProperty("Mel error").GetProperty("mean").GetDouble(), 12);
            Assert.Equal(
                Math.Abs(errors[0] - errors[1]) / Math.Sqrt(2),
                error.GetProperty("deviation").GetDouble(), 12);
        }

        string[] table = File.ReadAllLines(_data.PathOf("out", "comparison.md"));
        Assert.Equal(
            ["| Case | Mel error ", "| --- | --- ", "| As it is | ", "| 5 bits | "],
            table.Select((line, i) => line[..new[] { 19, 12, 13, 11 }[i]]));
        Assert.StartsWith("Case ", ran.OutputLines[0]);
        Assert.Equal(3, ran.OutputLines.Length);
    }

    [Fact, Trait("Speed", "Slow")]
    public void FinishedRuns_AreNotMadeAgain_AndSeedsCanBeAdded()
    {
        Compare("--case", "one").Expect(0);
        var before = File.GetLastWriteTimeUtc(_data.PathOf("out", "one-seed-4", "summary.json"));

        Compare("--case", "one", "--seed", "9").Expect(0);

        Assert.Equal(before, File.GetLastWriteTimeUtc(_data.PathOf("out", "one-seed-4", "summary.json")));
        Assert.Equal([4, 7, 9], Cases().Single().GetProperty("seeds").EnumerateArray().Select(seed => seed.GetInt32()));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void InterruptedComparison_GoesOn()
    {
        string[] arguments = ["compare", _data.Config, "-o", _data.PathOf("out"), "--seed", "4", "--case", "one"];

        Ran.UntilFirstLine(ofOutput: false, arguments).Expect(130);
        Assert.False(File.Exists(_data.PathOf("out", "comparison.md")));
        Ran.AudioBsq(arguments).Expect(0);

        Assert.Single(Cases());
    }

    [Theory]
    [InlineData(2, "'same'", "--case", "same", "--case", "Same: beta=1")]
    [InlineData(2, "letter or digit", "--case", ": beta=1")]
    [InlineData(3, "override 'embed_dimm=3'", "--case", "one", "--case", "two: embed_dimm=3")]
    public void WhatMakesNoSense_IsSaidBeforeAnythingIsTrained(int code, string words, params string[] more)
    {
        var ran = Compare(more).Expect(code);

        Assert.Contains(words, ran.Messages);
        Assert.False(File.Exists(_data.PathOf("out", "one-seed-4", "metrics.csv")));
    }

    [Fact]
    public void ConfigWithoutValidation_IsRefused()
    {
        string config = _data.Write("unmeasured.yaml", File.ReadAllText(_data.Config).Replace("val_split: val", "hold_out: 0"));

        Assert.Contains("data.val_split", Ran.AudioBsq("compare", config, "-o", _data.PathOf("out"), "--case", "one").Expect(2).Messages);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void FolderOfOtherSettings_IsRefused()
    {
        Compare("--case", "one").Expect(0);

        Assert.Contains("'one' with other settings", Compare("--case", "one: beta=1").Expect(3).Messages);
    }

    private Ran Compare(params string[] more) =>
        Ran.AudioBsq(["compare", _data.Config, "-o", _data.PathOf("out"), "--seed", "4", "--seed", "7", "--set", "max_iter=4", .. more]);

    private List<JsonElement> Cases() =>
        [.. JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(_data.PathOf("out", "comparison.json"))).GetProperty("cases")
            .EnumerateArray()];

    private double Best(string run) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(_data.PathOf("out", run, "summary.json"))).GetProperty("best")
            .GetProperty("meanAbsoluteError").GetDouble();
}
