using System.Text.Json;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Metrics;
using AudioBsq.MLNet;
using Microsoft.ML;

namespace AudioBsq.Tests.Cli.Commands;

public sealed class EvaluateCommandTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    [Fact]
    public void Json_IsWhatThePipelineMeasures()
    {
        var expected = Measured();

        var root = Json(0, model.Clips);

        var total = root.GetProperty("total");
        Assert.Equal(expected.MeanAbsoluteError, total.GetProperty("meanAbsoluteError").GetDouble(), 4);
        Assert.Equal(expected.MeanSquaredError, total.GetProperty("meanSquaredError").GetDouble(), 2);
        Assert.Equal(expected.Frames, total.GetProperty("frames").GetInt64());
        Assert.Equal(expected.Codes.DistinctCodes, total.GetProperty("codesUsed").GetInt32());
        Assert.Equal(expected.Codes.AttainableUsage, total.GetProperty("codeUsage").GetDouble());
        Assert.Equal(expected.Codes.JointEntropy, total.GetProperty("jointEntropy").GetDouble(), 9);
        Assert.Equal(expected.Codes.MeanBitCorrelation, total.GetProperty("meanBitCorrelation").GetDouble(), 9);
        Assert.Equal(expected.Codes.MeanBitEntropy, total.GetProperty("meanBitEntropy").GetDouble(), 9);
        Assert.Equal(expected.Codes.DeadBits, total.GetProperty("deadBits").GetInt32());
        Assert.Equal(450, root.GetProperty("bitsPerSecond").GetDouble());
        Assert.Equal(0.75, total.GetProperty("seconds").GetDouble(), 9);
        Assert.True(root.GetProperty("timesRealTime").GetDouble() > 0);
        Assert.Equal(0, root.GetProperty("failed").GetArrayLength());
    }

    [Fact]
    public void Total_IsTheAverageOverFrames()
    {
        var root = Json(0, model.Clips);

        var clips = root.GetProperty("clips").EnumerateArray()
            .Select(clip => (Frames: clip.GetProperty("frames").GetInt64(), Error: clip.GetProperty("meanAbsoluteError").GetDouble()))
            .ToList();
        Assert.Equal([6, 11, 16, 21, 26], clips.Select(clip => clip.Frames));
        Assert.Equal(
            clips.Sum(clip => clip.Frames * clip.Error) / 80, root.GetProperty("total").GetProperty("meanAbsoluteError").GetDouble(), 9);
    }

    [Fact]
    public void BadFiles_AreListed_AndTheRestIsMeasured()
    {
        string bad = model.New("bad.wav");
        File.WriteAllText(bad, "no sound at all");

        var root = Json(1, model.Clip(0), bad, model.Clip(1));

        Assert.Equal(
            [model.Clip(0), model.Clip(1)],
            root.GetProperty("clips").EnumerateArray().Select(clip => clip.GetProperty("path").GetString()));
        Assert.Equal(bad, root.GetProperty("failed")[0].GetProperty("path").GetString());
        Assert.Contains("bad.wav", Ran.AudioBsq("evaluate", model.Zip, bad).Expect(3).Messages);
        Assert.Equal("", Ran.AudioBsq("evaluate", model.Zip, bad, "--json").Expect(3).Output);
    }

    [Fact]
    public void Text_IsATableAndTheTotals()
    {
        string[] lines = Ran.AudioBsq("evaluate", model.Zip, model.Clips).Expect(0).OutputLines;

        Assert.Equal(EvaluationSummary.Headings, lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith(model.Clip(0), lines[1]);
        Assert.StartsWith("total ", lines[6]);
        Assert.Single(lines[..7].Select(line => line.Length).Distinct());
        Assert.Contains(" dB on average", lines[7]);
        Assert.Contains(" dB with each band at its median", lines[8]);
        Assert.Contains("that never change", lines[9]);
        Assert.Contains("450 bit/s in tokens of 9 bits", lines[10]);
        Assert.EndsWith(" × real time", lines[11].TrimEnd('\r'));
    }

    private JsonElement Json(int code, params string[] inputs) =>
        JsonSerializer.Deserialize<JsonElement>(Ran.AudioBsq(["evaluate", model.Zip, .. inputs, "--json"]).Expect(code).Output);

    private ReconstructionMetrics Measured()
    {
        var ml = new MLContext { GpuDeviceId = -1 };
        using var saved = SavedModel.Load(ml, model.Zip);
        var tokens = saved.Transformers.Aggregate(ml.Data.LoadAudioFolder(model.Clips), (view, transformer) => transformer.Transform(view));
        using var reconstructor = saved.Transformers.OfType<AudioTokenizerTransformer>().Single()
            .CreateReconstructor("Reconstructed", "Tokens");
        return ml.Data.EvaluateAudioReconstruction(reconstructor.Transform(tokens));
    }
}
