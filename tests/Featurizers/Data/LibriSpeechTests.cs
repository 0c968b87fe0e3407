using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Data;

[WithoutTorch]
public sealed class LibriSpeechTests : IDisposable
{
    private readonly DataTree _tree = new();

    private DataOperationsCatalog Data => _tree.Context.Data;

    public void Dispose() => _tree.Dispose();

    [Theory, InlineData("LibriSpeech/"), InlineData("")]
    public void Utterances_AreFoundInEitherLayout(string above)
    {
        _tree.Touch(
            $"{above}dev-clean/84/121550/84-121550-0001.FLAC",
            $"{above}dev-clean/84/121123/84-121123-0001.flac",
            $"{above}dev-clean/84/121123/84-121123-0000.flac",
            $"{above}dev-clean/1272/135031/1272-135031-0003.wav", $"{above}test-clean/1/2/1-2-0000.flac", $"{above}SPEAKERS.TXT");
        _tree.Write(
            $"{above}dev-clean/84/121123/84-121123.trans.txt",
            "84-121123-0001 AND WHAT\r\n84-121123-0000 GO  DO YOU HEAR\r\n",
            byteOrderMark: true);

        var data = Data.LoadLibriSpeech(_tree.Root, "dev-clean");

        string[] names =
        [
            "dev-clean/1272/135031/1272-135031-0003.wav", "dev-clean/84/121123/84-121123-0000.flac",
            "dev-clean/84/121123/84-121123-0001.flac", "dev-clean/84/121550/84-121550-0001.FLAC",
        ];
        Assert.Equal(names, data.GetColumn<string>("Name"));
        Assert.Equal(names.Select(name => _tree.PathOf(above + name)), data.GetColumn<string>("Path"));
        Assert.Equal(["1272", "84", "84", "84"], data.GetColumn<string>("Speaker"));
        Assert.Equal(["135031", "121123", "121123", "121550"], data.GetColumn<string>("Chapter"));
        Assert.Equal(["0003", "0000", "0001", "0001"], data.GetColumn<string>("Utterance"));
        Assert.Equal(["", "GO  DO YOU HEAR", "AND WHAT", ""], data.GetColumn<string>("Transcript"));
        Assert.Equal(["Path", "Name", "Speaker", "Chapter", "Utterance", "Transcript"], data.Schema.Select(column => column.Name));
        Assert.Equal(4, data.GetRowCount());
        Assert.Empty(_tree.Warnings);
    }

    [Fact]
    public void Splits_CanBeJoined()
    {
        _tree.Touch("train-clean-360/1/2/1-2-0000.flac", "train-clean-100/3/4/3-4-0000.flac");

        var data = Data.LoadLibriSpeech(_tree.Root, "train-clean-360", "train-clean-100", "train-clean-360");

        Assert.Equal(["3", "1"], data.GetColumn<string>("Speaker"));
    }

    [Fact]
    public void WhatIsMissing_IsCountedAndNamed()
    {
        _tree.Touch("dev/1/2/1-2-0000.flac", "dev/1/2/1-2-0001.flac", "dev/1/2/1-2-0001.wav", "dev/1/2/notes.wav");
        _tree.Write(
            "dev/1/2/1-2.trans.txt",
            "1-2-0000 FIRST\n1-2-0000 OTHER\n" + string.Concat(Enumerable.Range(10, 7).Select(i => $"1-2-00{i} GONE\n")));

        var data = Data.LoadLibriSpeech(_tree.Root, "dev");

        Assert.Equal(["FIRST", ""], data.GetColumn<string>("Transcript"));
        Assert.Contains(
            _tree.Warnings,
            warning => warning.Contains("transcript but no sound file: 7 (1-2-0010, 1-2-0011, 1-2-0012, 1-2-0013, 1-2-0014 and 2 more)"));
        Assert.Contains(_tree.Warnings, warning => warning.Contains("transcript lacks: 1 (dev/1/2/1-2-0001.flac)"));
        Assert.Contains(_tree.Warnings, warning => warning.Contains("utterance is there already: 1 (dev/1/2/1-2-0001.wav)"));
        Assert.Contains(_tree.Warnings, warning => warning.Contains("<speaker>-<chapter>-<utterance>: 1 (dev/1/2/notes.wav)"));
        Assert.Contains(_tree.Warnings, warning => warning.Contains("second transcript") && warning.Contains("1 (1-2-0000)"));
    }

    [Fact]
    public void MissingSplit_SaysWhereItLookedAndWhatIsThere()
    {
        _tree.Touch("LibriSpeech/dev-clean/1/2/1-2-0000.flac", "LibriSpeech/test-other/1/2/1-2-0000.flac");

        var error = Assert.Throws<DirectoryNotFoundException>(() => Data.LoadLibriSpeech(_tree.Root, "train-clean-100"));

        Assert.Contains(_tree.PathOf("LibriSpeech"), error.Message);
        Assert.Contains("'train-clean-100'", error.Message);
        Assert.Contains("<speaker>/<chapter>", error.Message);
        Assert.Contains("dev-clean, test-other", error.Message);
    }

    [Fact]
    public void SplitWithoutUtterances_SaysWhatItHolds()
    {
        _tree.Touch("dev/a.wav", "dev/b.wav");

        var error = Assert.Throws<InvalidDataException>(() => Data.LoadLibriSpeech(_tree.Root, "dev"));

        Assert.Contains("2 (dev/a.wav, dev/b.wav)", error.Message);
    }

    [Fact]
    public void Arguments_AreChecked()
    {
        Assert.Throws<DirectoryNotFoundException>(() => Data.LoadLibriSpeech(_tree.PathOf("nowhere"), "dev"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Data.LoadLibriSpeech(_tree.Root));
        Assert.Throws<ArgumentException>(() => Data.LoadLibriSpeech(_tree.Root, ""));
        Assert.Throws<ArgumentException>(() => Data.LoadLibriSpeech("", "dev"));
        Assert.Throws<ArgumentNullException>(() => Data.LoadLibriSpeech(_tree.Root, null!));
    }
}
