using AudioBsq.Cli.Configuration;

namespace AudioBsq.Tests.Cli.Configuration;

/// <summary>Configurations in a folder of their own.</summary>
internal sealed class ConfigText : IDisposable
{
    public string Folder { get; } = TestData.NewFolder();

    public string PathOf(string name) => Path.Combine(Folder, name);

    public string Write(string text, string name = "run.yaml")
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>Loads a text; a folder of sounds is its data set unless it says otherwise.</summary>
    public TrainingConfig Load(string text, params string[] overrides) => TrainingConfig.Load(Write(text), ["root=sounds", .. overrides]);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
