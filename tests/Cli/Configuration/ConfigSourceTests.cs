using System.Text.Json;
using AudioBsq.Cli.Configuration;

namespace AudioBsq.Tests.Cli.Configuration;

/// <summary>The configurations that the program itself has.</summary>
[WithoutTorch]
public sealed class ConfigSourceTests : IDisposable
{
    private readonly ConfigText _text = new();

    public void Dispose() => _text.Dispose();

    [Fact]
    public void EveryConfiguration_IsInTheProgram_AndSaysTheSameAsItsFile()
    {
        string[] files = Directory.GetFiles(Path.Combine(TestData.Root, "configs"), "*.yaml");

        Assert.Equal(files.Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal), ConfigSource.Names);
        foreach (string file in files)
        {
            var own = TrainingConfig.Load(ConfigSource.NameOf(file), ["root=x"]);
            Assert.Equal(Text(TrainingConfig.Load(file, ["root=x"])), Text(own));
        }
    }

    [Theory]
    [InlineData("tiny", "audiobsq:tiny-folder.yaml"), InlineData("tiny-folder.yaml", "audiobsq:tiny-folder.yaml")]
    [InlineData("configs/tiny-folder.yaml", "audiobsq:tiny-folder.yaml"), InlineData("half-hour", "audiobsq:half-hour.yaml")]
    [InlineData("librispeech-small", "audiobsq:librispeech-small-9bit.yaml")]
    [InlineData("models/small-9bit", "audiobsq:models/small-9bit.yaml")]
    [InlineData("librispeech", null), InlineData("half", null), InlineData("tin", null), InlineData("nothing", null)]
    public void Name_MayBeCutOff_WhereOnlyOneBeginsSo(string name, string? expected) => Assert.Equal(expected, ConfigSource.Find(name));

    [Fact]
    public void FileOnDisk_ComesFirst_AndMayExtendTheProgramsOwn()
    {
        string file = _text.Write("extends: half-hour.yaml\noptimizer: {max_iter: 7}", "tiny-folder.yaml");

        var config = TrainingConfig.Load(file, ["root=x"]);

        Assert.Equal((7, 3), (config.Training.MaxSteps, config.Model.Encoder.Layers));
        Assert.Equal(file, ConfigSource.Find(file));
        _text.Write("audioconfig: {layers: 5}", "half-hour.yaml"); // now there is a file of that name beside it
        Assert.Equal(5, TrainingConfig.Load(file, ["root=x"]).Model.Encoder.Layers);
    }

    [Fact]
    public void UnknownName_IsAnsweredWithThoseThereAre() => Assert.Contains(
        "tiny-folder", Assert.Throws<FileNotFoundException>(() => TrainingConfig.Load("nothing")).Message);

    private static string Text(TrainingConfig config) => JsonSerializer.Serialize(config);
}
