using System.Text.Json;
using AudioBsq.Training;

namespace AudioBsq.Tests.Model.Training;

/// <summary>The oracle is the published Python version: golden/schedules.json.</summary>
[WithoutTorch]
public class SchedulesTests
{
    [Fact]
    public void WarmupCosine_AgreesWithReference()
    {
        foreach (var golden in Golden("lr_multiplier"))
        {
            var p = golden.GetProperty("params");
            var schedule = new WarmupCosine(
                p.GetProperty("warm_up_steps").GetInt32(),
                p.GetProperty("max_decay_steps").GetInt32(),
                p.GetProperty("lr_start").GetDouble(),
                p.GetProperty("lr_max").GetDouble(),
                p.GetProperty("lr_min").GetDouble());

            Assert.All(golden.GetProperty("values").EnumerateObject(), value =>
                Close.To(value.Value.GetDouble(), schedule.At(int.Parse(value.Name)), 1e-12, $"step {value.Name}"));
        }
    }

    [Fact]
    public void LinearDecay_AgreesWithReference()
    {
        foreach (var golden in Golden("codebook_weight"))
        {
            var p = golden.GetProperty("params");
            var schedule = new LinearDecay(
                p.GetProperty("codebook_weight").GetDouble(), p.GetProperty("multiplier").GetDouble(), p.GetProperty("steps").GetInt32());

            Assert.All(golden.GetProperty("values").EnumerateObject(), value =>
                Close.To(value.Value.GetDouble(), schedule.At(int.Parse(value.Name)), 1e-12, $"step {value.Name}"));
        }
    }

    [Fact]
    public void WarmupCosine_WithoutWarmupStartsAtPeak() => Assert.Equal(1, new WarmupCosine(warmup: 0, steps: 10).At(0));

    private static List<JsonElement> Golden(string name)
    {
        var found = TestData.Golden("", "schedules.json")
            .Select(path => JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty(name)).ToList();
        Assert.NotEmpty(found);
        return found;
    }
}
