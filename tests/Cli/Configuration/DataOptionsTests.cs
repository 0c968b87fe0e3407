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
    public void FlatFolder_HoldsOutOneClipInTwenty_ByName()
    {
        string[] names = [.. Enumerable.Range(0, 400).Select(i => $"{i % 7}/{i}.wav")];
        _tree.Touch(names);

        var (train, validation) = Load("");
        _tree.Touch([.. Enumerable.Range(400, 400).Select(i => $"{i % 7}/{i}.wav")]);
        var (later, laterValidation) = Load("");

        Assert.InRange(validation.Length, 10, 32);
        Assert.Equal(names.Order(StringComparer.Ordinal), train.Concat(validation).Order(StringComparer.Ordinal));
        Assert.Subset(laterValidation.ToHashSet(), validation.ToHashSet()); // clips stay on their side
        Assert.Subset(later.ToHashSet(), train.ToHashSet());
        Assert.InRange(laterValidation.Length, 21, 64);
    }

    [Theory, InlineData(2), InlineData(3), InlineData(15)]
    public void SmallFolder_HoldsOutOneClipAtLeast_AndNeverAll(int count)
    {
        _tree.Touch([.. Enumerable.Range(0, count).Select(i => $"{i}.wav")]);

        Assert.InRange(Load("").Validation.Length, 1, count - 1);
        Assert.InRange(Load("data: {hold_out: 0.99}").Training.Length, 1, count - 1);
    }

    [Fact]
    public void OneClip_IsForTraining()
    {
        _tree.Touch("a.wav");

        var data = _text.Load("", $"root={_tree.Root}").Data;

        Assert.Null(data.LoadValidation(_tree.Context));
        Assert.Equal(1, data.LoadTraining(_tree.Context).GetRowCount());
    }

    [Fact]
    public void HoldOut_CanBeNone_AndLeavesASplitsClipsInTheirFolder()
    {
        _tree.Touch("train/a.wav", "train/b.wav", "other/c.wav");

        var none = _text.Load("data: {hold_out: 0}", $"root={_tree.Root}").Data;
        var (train, validation) = Load("data: {train_split: train}");

        Assert.Equal((3, null), (none.LoadTraining(_tree.Context).GetRowCount(), none.LoadValidation(_tree.Context)));
        Assert.Equal(["a.wav", "b.wav"], train.Concat(validation).Order());
    }

    [Fact]
    public void FoldersTrainAndVal_AreFoundWithoutBeingNamed()
    {
        _tree.Touch("Train/a.wav", "dev/b.wav", "c.wav");

        var (train, validation) = Load("");

        Assert.Equal(["a.wav"], train);
        Assert.Equal(["b.wav"], validation);
    }

    private (string[] Training, string[] Validation) Load(string text)
    {
        var data = _text.Load(text, $"root={_tree.Root}").Data;
        return (
            [.. data.LoadTraining(_tree.Context).GetColumn<string>("Name")],
            [.. data.LoadValidation(_tree.Context)!.GetColumn<string>("Name")]);
    }
}
