using System.Text;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.Tests.Featurizers.Data;

/// <summary>A folder laid out like a data set, and the log of what is said about it.</summary>
internal sealed class DataTree : IDisposable
{
    private readonly List<LoggingEventArgs> _log = [];

    public DataTree() => Context.Log += (_, message) => _log.Add(message);

    public MLContext Context { get; } = new(seed: 1);

    public string Root { get; } = TestData.NewFolder();

    public IReadOnlyList<string> Warnings =>
    [
        .. _log.Where(message => message.Kind == ChannelMessageKind.Warning).Select(message => message.Message),
    ];

    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Makes empty files; loaders open none.</summary>
    public void Touch(params string[] names)
    {
        foreach (string name in names) Write(name, "");
    }

    public void Write(string name, string text, bool byteOrderMark = false)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text, new UTF8Encoding(byteOrderMark));
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
