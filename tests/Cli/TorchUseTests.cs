using AudioBsq.Tests.Featurizers;

namespace AudioBsq.Tests.Cli;

/// <summary>Torch takes half a second and 100 MB to load: only what needs it loads it.</summary>
[WithoutTorch]
[Trait("Speed", "Slow")]
public sealed class TorchUseTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    [SkippableTheory]
    [InlineData("--help", "")]
    [InlineData("--version", "")]
    [InlineData("tokenize", "--help")]
    [InlineData("tokenize", "no such model.zip")]
    [InlineData("evaluate", "--no-such-option")]
    [InlineData("train", "--list")]
    public void Command_DoesNotLoadTorch(string command, string argument)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux lists what a process has loaded in a file");

        Assert.Equal("not loaded", FreshProcess.Run(command, argument, TorchUse.Task));
    }

    [SkippableTheory]
    [InlineData("info")]
    [InlineData(TorchUse.Pipeline)]
    public void Sound_DoesNotLoadTorch(string command)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux lists what a process has loaded in a file");

        Assert.Equal("not loaded", FreshProcess.Run(command, model.Clip(1), TorchUse.Task));
    }

    [SkippableFact]
    public void Model_LoadsTorch()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux lists what a process has loaded in a file");

        Assert.Equal("loaded", FreshProcess.Run("info", model.Zip, TorchUse.Task));
    }
}
