using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.Tests.Featurizers.Data;

[WithoutTorch]
public sealed class AudioFolderTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _root = TestData.NewFolder();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Files_AreFoundInOrdinalOrder_WhateverTheirCase()
    {
        Touch("b/2.wav", "b/10.WAV", "a.flac", "B.Mp3", "a/deep/er/x.opus", "notes.txt", "wav", "b/.hidden.wav", "z.aiff", "z.oga");

        var data = _ml.Data.LoadAudioFolder(_root);

        string[] names = ["B.Mp3", "a.flac", "a/deep/er/x.opus", "b/10.WAV", "b/2.wav", "z.aiff", "z.oga"];
        Assert.Equal(names, data.GetColumn<string>("Name"));
        Assert.Equal(names.Select(name => Path.GetFullPath(Path.Combine(_root, name))), data.GetColumn<string>("Path"));
        Assert.Equal(["Path", "Name"], data.Schema.Select(column => column.Name));
    }

    [Fact]
    public void Rows_CanBeCountedAndShuffled()
    {
        Touch([.. Enumerable.Range(0, 50).Select(i => $"{i}.wav")]);

        var data = _ml.Data.LoadAudioFolder(_root);

        Assert.Equal(50, data.GetRowCount());
        Assert.True(data.CanShuffle);
    }

    [Fact]
    public void Options_ChooseExtensionsDepthAndLabel()
    {
        Touch("cat/1.wav", "dog/2.wav", "dog/3.raw", "4.raw");

        var labelled = _ml.Data.LoadAudioFolder(_root, labelFromFolder: true);
        var raw = _ml.Data.LoadAudioFolder(_root, extensions: [".RAW"]);
        var top = _ml.Data.LoadAudioFolder(_root, recursive: false, extensions: [".raw"]);

        Assert.Equal(["cat", "dog"], labelled.GetColumn<string>("Label"));
        Assert.Equal(["4.raw", "dog/3.raw"], raw.GetColumn<string>("Name"));
        Assert.Equal(["4.raw"], top.GetColumn<string>("Name"));
    }

    [Fact]
    public void RelativeFolder_GivesFullPaths()
    {
        Touch("1.wav");

        var data = _ml.Data.LoadAudioFolder(Path.GetRelativePath(Directory.GetCurrentDirectory(), _root));

        Assert.Equal(Path.Combine(_root, "1.wav"), data.GetColumn<string>("Path").Single());
    }

    [SkippableFact]
    public void LinkThatLeadsBack_IsNotFollowed()
    {
        Skip.If(OperatingSystem.IsWindows(), "making links needs a privilege there");
        Touch("a/1.wav");
        Directory.CreateSymbolicLink(Path.Combine(_root, "a", "again"), _root);
        Directory.CreateSymbolicLink(Path.Combine(_root, "other"), Path.Combine(_root, "a"));

        var names = _ml.Data.LoadAudioFolder(_root).GetColumn<string>("Name").ToList();

        Assert.Equal(["a/1.wav"], names);
    }

    [SkippableFact]
    public void FoldersLinkedToEachOther_AreSearchedOnceEach()
    {
        Skip.If(OperatingSystem.IsWindows(), "making links needs a privilege there");
        string[] folders = ["a", "b", "c", "d"];
        Touch([.. folders.Select(folder => $"{folder}/{folder}.wav")]);
        foreach (string from in folders)
        {
            foreach (string to in folders.Where(to => to != from))
                Directory.CreateSymbolicLink(Path.Combine(_root, from, $"to-{to}"), Path.Combine("..", to));
        }

        Assert.Equal(["a/a.wav", "b/b.wav", "c/c.wav", "d/d.wav"], _ml.Data.LoadAudioFolder(_root).GetColumn<string>("Name"));
        Assert.Equal(
            ["a.wav", "to-b/b.wav", "to-c/c.wav", "to-d/d.wav"],
            _ml.Data.LoadAudioFolder(Path.Combine(_root, "a")).GetColumn<string>("Name"));
    }

    [SkippableFact]
    public void LinksOutside_AreFollowed_OnceForEachFolder_AndTheRootMayBeOne()
    {
        Skip.If(OperatingSystem.IsWindows(), "making links needs a privilege there");
        Touch("outside/deep/1.wav", "root/2.wav");
        string root = Path.Combine(_root, "root");
        Directory.CreateSymbolicLink(Path.Combine(root, "y"), Path.Combine(_root, "outside"));
        Directory.CreateSymbolicLink(Path.Combine(root, "x"), Path.Combine(_root, "outside", "deep"));
        Directory.CreateSymbolicLink(Path.Combine(root, "up"), _root); // would lead back here
        File.CreateSymbolicLink(Path.Combine(root, "3.wav"), Path.Combine(root, "2.wav"));
        string link = Path.Combine(_root, "link");
        Directory.CreateSymbolicLink(link, root);

        var names = _ml.Data.LoadAudioFolder(link).GetColumn<string>("Name");

        Assert.Equal(["2.wav", "3.wav", "x/1.wav"], names);
    }

    [SkippableFact]
    public void Pipe_IsLeftOut_AndNamed()
    {
        Touch("1.wav");
        string pipe = NamedPipe.Make(Path.Combine(_root, "2.wav"));
        File.CreateSymbolicLink(Path.Combine(_root, "3.wav"), pipe);
        File.CreateSymbolicLink(Path.Combine(_root, "4.wav"), "/dev/zero");
        var warnings = new List<string>();
        _ml.Log += (_, message) => { if (message.Kind == ChannelMessageKind.Warning) warnings.Add(message.RawMessage); };

        var names = _ml.Data.LoadAudioFolder(_root).GetColumn<string>("Name");

        Assert.Equal(["1.wav"], names);
        Assert.Contains(pipe, Assert.Single(warnings));
    }

    [Fact]
    public void FolderWithoutSound_IsAClearError()
    {
        Touch("notes.txt");

        var error = Assert.Throws<InvalidDataException>(() => _ml.Data.LoadAudioFolder(_root));

        Assert.Contains(_root, error.Message);
        Assert.Contains(".flac", error.Message);
    }

    [Fact]
    public void MissingFolder_IsNamed()
    {
        string missing = Path.Combine(_root, "missing");

        Assert.Contains(missing, Assert.Throws<DirectoryNotFoundException>(() => _ml.Data.LoadAudioFolder(missing)).Message);
        Assert.Throws<ArgumentException>(() => _ml.Data.LoadAudioFolder(""));
    }

    [Theory, InlineData("wav"), InlineData("."), InlineData("")]
    public void Extension_NeedsItsDot(string extension) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.LoadAudioFolder(_root, extensions: [extension]));

    [Fact]
    public void NoExtension_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.LoadAudioFolder(_root, extensions: []));

    private void Touch(params string[] names)
    {
        foreach (string name in names)
        {
            string path = Path.Combine(_root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, []);
        }
    }
}
