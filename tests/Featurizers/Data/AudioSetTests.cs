using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Data;

[WithoutTorch]
public sealed class AudioSetTests : IDisposable
{
    private const string Comments =
        "# Segments csv created Sun Mar  5 10:54:31 2017\n# num_ytids=3, num_segs=3\n# YTID, start_seconds, end_seconds, positive_labels\n";

    private readonly DataTree _tree = new();

    private DataOperationsCatalog Data => _tree.Context.Data;

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("--4gqARaEJE.flac"), InlineData("Y--4gqARaEJE.wav"), InlineData("0/1/--4gqARaEJE_30.WAV")]
    [InlineData("--4gqARaEJE_30000.mp3")]
    [InlineData("--4gqARaEJE_30_40.flac"), InlineData("--4gqARaEJE_30.000_40.000.flac"), InlineData("--4gqARaEJE_30000_40000.flac")]
    [InlineData("--4gqARaEJE_000030.ogg")]
    public void Clip_IsFound_HoweverItIsNamed(string name)
    {
        _tree.Touch(name, "--4gqARaEJ.wav", "--4gqARaEJEx.wav", "--4gqARaEJE_20.wav", "--4gqARaEJE_30_50.wav", "--4gqARaEJE_note.wav");
        _tree.Write("eval.csv", Comments + "--4gqARaEJE, 30.000, 40.000, \"/m/068hy,/m/07q6cd_\"\n");

        var data = Data.LoadAudioSet(_tree.PathOf("eval.csv"), _tree.Root);

        Assert.Equal([name], data.GetColumn<string>("Name"));
        Assert.Equal(["--4gqARaEJE"], data.GetColumn<string>("VideoId"));
        Assert.Equal([0f], data.GetColumn<float>("Start"));
        Assert.Equal([10f], data.GetColumn<float>("End"));
        Assert.Equal(["/m/068hy", "/m/07q6cd_"], data.GetColumn<string[]>("Labels").Single());
        Assert.Empty(_tree.Warnings);
    }

    [Fact]
    public void WholeVideos_KeepTheTableTimes_ButCutFilesDoNot()
    {
        _tree.Touch("AAAAAAAAAAA.wav", "BBBBBBBBBBB_30000.wav");
        _tree.Write(
            "s.csv", "BBBBBBBBBBB,30,40,\"/m/1\"\r\nAAAAAAAAAAA,2.5,12.5,\"/m/2\"\r\nAAAAAAAAAAA,0,2,/m/3\r\n", byteOrderMark: true);

        var data = Data.LoadAudioSet(_tree.PathOf("s.csv"), _tree.Root, wholeVideos: true);

        Assert.Equal(["AAAAAAAAAAA.wav", "AAAAAAAAAAA.wav", "BBBBBBBBBBB_30000.wav"], data.GetColumn<string>("Name"));
        Assert.Equal([0f, 2.5f, 0f], data.GetColumn<float>("Start"));
        Assert.Equal([2f, 12.5f, 10f], data.GetColumn<float>("End"));
    }

    [Fact]
    public void OtherColumnOrder_IsReadFromTheHeader()
    {
        _tree.Touch("AAAAAAAAAAA.wav");
        _tree.Write("s.csv", "positive_labels,YTID,end_seconds,start_seconds\n\"/m/1,/m/2\",AAAAAAAAAAA,15,5\n");

        var data = Data.LoadAudioSet(_tree.PathOf("s.csv"), _tree.Root);

        Assert.Equal(["/m/1", "/m/2"], data.GetColumn<string[]>("Labels").Single());
        Assert.Equal([10f], data.GetColumn<float>("End"));
    }

    [Fact]
    public void WhatIsMissing_IsCountedAndNamed()
    {
        _tree.Touch("AAAAAAAAAAA.wav");
        _tree.Write(
            "s.csv",
            Comments
                + "AAAAAAAAAAA,0,10,\"/m/1\"\nAAAAAAAAAAA,0,10,\"/m/1\"\nBBBBBBBBBBB,0,10,\"/m/1\"\nshort,0,10,\"/m/1\"\n"
                + "AAAAAAAAAAA,10,0,\"/m/1\"\nAAAAAAAAAAA,nan,9,\"/m/1\"\nAAAAAAAAAAA,0\n");

        Assert.Equal(1, Data.LoadAudioSet(_tree.PathOf("s.csv"), _tree.Root).GetRowCount());

        Assert.Contains(_tree.Warnings, warning => warning.Contains("1 (BBBBBBBBBBB from 0 s)"));
        Assert.Contains(_tree.Warnings, warning => warning.Contains("4 (line 7, line 8, line 9, line 10)"));
        Assert.Contains(_tree.Warnings, warning => warning.Contains("there already: 1 (line 5)"));
    }

    [Fact]
    public void WrongLayouts_AreClearErrors()
    {
        _tree.Write("s.csv", Comments + "AAAAAAAAAAA,0,10,\"/m/1\"\n");
        _tree.Touch("clips/other.wav");

        var empty = Assert.Throws<InvalidDataException>(() => Data.LoadAudioSet(_tree.PathOf("s.csv"), _tree.PathOf("clips")));
        Assert.Contains("<YTID>_<start>_<end>", empty.Message);
        Assert.Contains("AAAAAAAAAAA", empty.Message);
        Assert.Contains(
            "balanced_train_segments.csv",
            Assert.Throws<FileNotFoundException>(() => Data.LoadAudioSet(_tree.PathOf("no.csv"), _tree.Root)).Message);
        Assert.Throws<DirectoryNotFoundException>(() => Data.LoadAudioSet(_tree.PathOf("s.csv"), _tree.PathOf("nowhere")));
        Assert.Throws<ArgumentException>(() => Data.LoadAudioSet("", _tree.Root));
    }
}
