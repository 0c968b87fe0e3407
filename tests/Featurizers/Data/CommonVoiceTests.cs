using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Data;

[WithoutTorch]
public sealed class CommonVoiceTests : IDisposable
{
    private const string Header = "client_id\tpath\tsentence\tup_votes\tdown_votes\tage\tgender\taccents\tlocale\tsegment\n";

    private readonly DataTree _tree = new();

    private DataOperationsCatalog Data => _tree.Context.Data;

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Table_BecomesRows_SortedByClip()
    {
        _tree.Touch("clips/b.mp3", "clips/a.mp3", "clips/not-in-this-split.mp3");
        _tree.Write(
            "train.tsv",
            Header + "s1\tb.mp3\tHello there.\t2\t0\ttwenties\tfemale\tScottish\ten\t\ns2\ta.mp3\tÜber „alles“.\t2\t1\t\t\t\tde\t\n");

        var data = Data.LoadCommonVoice(_tree.Root, "train");

        Assert.Equal(["a.mp3", "b.mp3"], data.GetColumn<string>("Name"));
        Assert.Equal([_tree.PathOf("clips/a.mp3"), _tree.PathOf("clips/b.mp3")], data.GetColumn<string>("Path"));
        Assert.Equal(["s2", "s1"], data.GetColumn<string>("Speaker"));
        Assert.Equal(["Über „alles“.", "Hello there."], data.GetColumn<string>("Transcript"));
        Assert.Equal(["", "twenties"], data.GetColumn<string>("Age"));
        Assert.Equal(["", "female"], data.GetColumn<string>("Gender"));
        Assert.Equal(["", "Scottish"], data.GetColumn<string>("Accent"));
        Assert.Equal(["de", "en"], data.GetColumn<string>("Locale"));
        Assert.Empty(_tree.Warnings);
    }

    [Fact]
    public void OldVersion_WithOtherOrderMarkAndLineEnds_IsRead()
    {
        _tree.Touch("clips/a.mp3", "clips/b.WAV");
        _tree.Write("other.tsv", "accent\tSentence\tpath\r\nus\tone\ta\r\n\r\n\ttwo\tb.mp3\r\n", byteOrderMark: true);

        var data = Data.LoadCommonVoice(_tree.Root, "other.tsv");

        Assert.Equal([_tree.PathOf("clips/a.mp3"), _tree.PathOf("clips/b.WAV")], data.GetColumn<string>("Path"));
        Assert.Equal(["one", "two"], data.GetColumn<string>("Transcript"));
        Assert.Equal(["us", ""], data.GetColumn<string>("Accent"));
        Assert.Equal(["", ""], data.GetColumn<string>("Speaker"));
        Assert.Empty(_tree.Warnings);
    }

    [Theory]
    [InlineData("He said \"no\".", "He said \"no\".")]
    [InlineData("\"He said \"\"no\"\".\"", "He said \"no\".")]
    [InlineData("\"\"\"Yes\"\" and \"\"no\"\"\"", "\"Yes\" and \"no\"")]
    [InlineData("\"A whole quotation.\"", "\"A whole quotation.\"")]
    [InlineData("\"Yes\" and \"no\"", "\"Yes\" and \"no\"")]
    [InlineData("\"Begun and never ended", "\"Begun and never ended")]
    [InlineData("\"", "\"")]
    public void Quotes_AreTakenOffOnlyWhereAWriterPutThem(string written, string said)
    {
        _tree.Touch("clips/a.mp3");
        _tree.Write("dev.tsv", $"path\tsentence\na.mp3\t{written}\n");

        Assert.Equal([said], Data.LoadCommonVoice(_tree.Root, "dev").GetColumn<string>("Transcript"));
    }

    [Fact]
    public void WhatIsMissing_IsCountedAndNamed()
    {
        _tree.Touch("clips/a.mp3");
        _tree.Write("test.tsv", "path\tsentence\na.mp3\tone\nb.mp3\ttwo\nc.mp3\tthree\na.mp3\tagain\nbroken line\n");

        var data = Data.LoadCommonVoice(_tree.Root, "test");

        Assert.Equal(["one"], data.GetColumn<string>("Transcript"));
        Assert.Contains(_tree.Warnings, warning => warning.Contains("clips': 2 (b.mp3, c.mp3)"));
        Assert.Contains(_tree.Warnings, warning => warning.Contains("there already: 1 (a.mp3)"));
        Assert.Contains(_tree.Warnings, warning => warning.Contains("test.tsv") && warning.Contains("1 (line 6 has 1)"));
    }

    [Fact]
    public void OneLanguageBelow_IsFound_AndSeveralAreNot()
    {
        _tree.Touch("en/clips/a.mp3", "de/clips/a.mp3");
        _tree.Write("en/validated.tsv", "path\na.mp3\n");

        Assert.Equal([_tree.PathOf("en/clips/a.mp3")], Data.LoadCommonVoice(_tree.Root, "validated").GetColumn<string>("Path"));

        _tree.Write("de/validated.tsv", "path\na.mp3\n");
        var error = Assert.Throws<InvalidDataException>(() => Data.LoadCommonVoice(_tree.Root, "validated"));
        Assert.Contains(_tree.PathOf("de"), error.Message);
        Assert.Contains(_tree.PathOf("en"), error.Message);
    }

    [Fact]
    public void WrongLayouts_AreClearErrors()
    {
        _tree.Write("train.tsv", "");
        Assert.Contains("clips", Assert.Throws<DirectoryNotFoundException>(() => Data.LoadCommonVoice(_tree.Root, "train")).Message);

        _tree.Touch("clips/a.mp3");
        Assert.Contains("empty", Assert.Throws<InvalidDataException>(() => Data.LoadCommonVoice(_tree.Root, "train")).Message);

        _tree.Write("train.tsv", "client_id\tsentence\ns\tx\n");
        Assert.Contains(
            "no column 'path'; it has client_id, sentence",
            Assert.Throws<InvalidDataException>(() => Data.LoadCommonVoice(_tree.Root, "train")).Message);

        _tree.Write("train.tsv", "path\ngone.mp3\n");
        Assert.Contains("1 (gone.mp3)", Assert.Throws<InvalidDataException>(() => Data.LoadCommonVoice(_tree.Root, "train")).Message);

        var missing = Assert.Throws<FileNotFoundException>(() => Data.LoadCommonVoice(_tree.Root, "dev"));
        Assert.Contains(_tree.PathOf("dev.tsv"), missing.Message);
        Assert.Contains("train.tsv", missing.Message);
        Assert.Throws<DirectoryNotFoundException>(() => Data.LoadCommonVoice(_tree.PathOf("nowhere"), "dev"));
        Assert.Throws<ArgumentException>(() => Data.LoadCommonVoice(_tree.Root, ""));
    }
}
