using AudioBsq.Cli.Training;

namespace AudioBsq.Tests.Cli.Training;

[WithoutTorch]
public class MetricColumnTests
{
    [Fact]
    public void Names_AreUnique_AndDocumented()
    {
        string[] names = [.. MetricColumn.All.Select(column => column.Name)];

        Assert.Equal(names, names.Distinct());
        Assert.Equal(names.Length, MetricColumn.All.DistinctBy(column => column.Chart).Count());
        string written = File.ReadAllText(Path.Combine(TestData.Root, "docs", "training.md"));
        Assert.All(names, name => Assert.Contains($"`{name}`", written));
    }

    [Fact]
    public void Charts_StandInGroups_UnderTheNamesOfTheColumns() => Assert.All(
        MetricColumn.All,
        column =>
            Assert.Contains(
            column.Chart,
            new[] { $"train/{column.Name}", $"run/{column.Name}",
            column.Name.Replace("validation_", "validation/", StringComparison.Ordinal) }));
}
