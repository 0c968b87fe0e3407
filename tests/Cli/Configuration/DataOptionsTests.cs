using AudioBsq.Tests.Featurizers.Data;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Cli.Configuration;

[WithoutTorch]
public sealed class DataOptionsTests : IDisposable
{
    private readonly DataTree _tree = new();
    private readonly ConfigText _text = new();

    public void Dispose()
    {
        _tree.Dispose();
        _text.Dispose();
    }

    [Theory]
    [InlineData("audio_folder", "train_split: train, val_split: val", "train/a.wav", "val/b.wav")]
    [InlineData(
        "librispeech", "train_split: [t1, t2], val_split: dev", "t1/1/2/1-2-0000.flac t2/3/4/3-4-0000.flac", "dev/5/6/5-6-0000.flac")]
    [InlineData("common_voice", "train_split: train, val_split: dev", "clips/a.mp3", "clips/b.mp3")]
    [InlineData("speech_commands", "val_split: validation", "yes/a.wav", "yes/b.wav")]
    [InlineData("audioset", "train_split: t.csv, val_split: v.csv", "AAAAAAAAAAA.wav", "BBBBBBBBBBB.wav")]
    public void Splits_AreLoaded(string type, string splits, string train, string validation)
    {
        _tree.Touch([.. train.Split(' '), .. validation.Split(' ')]);
        _tree.Write("train.tsv", "path\na.mp3\n");
        _tree.Write("dev.tsv", "path\nb.mp3\n");
        _tree.Write("validation_list.txt", "yes/b.wav\n");
        _tree.Write("testing_list.txt", "");
        _tree.Write("t.csv", "AAAAAAAAAAA, 0, 10, \"/m/1\"\n");
        _tree.Write("v.csv", "BBBBBBBBBBB, 0, 10, \"/m/1\"\n");

        var data = _text.Load($"data: {{dataset_type: {type}, {splits}}}", $"root={_tree.Root}").Data;

        Assert.Equal(train.Split(' ').Select(_tree.PathOf), data.LoadTraining(_tree.Context).GetColumn<string>("Path"));
        Assert.Equal(validation.Split(' ').Select(_tree.PathOf), data.LoadValidation(_tree.Context)!.GetColumn<string>("Path"));
    }

    [Fact]
    public void FolderWithoutSplits_IsAllForTraining()
    {
        _tree.Touch("x/a.wav", "b.wav");

        var data = _text.Load("", $"root={_tree.Root}").Data;

        Assert.Equal(2, data.LoadTraining(_tree.Context).GetRowCount());
        Assert.Null(data.LoadValidation(_tree.Context));
    }
}
