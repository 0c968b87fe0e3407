using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Data;

[WithoutTorch]
public sealed class SpeechCommandsTests : IDisposable
{
    private readonly DataTree _tree = new();

    public SpeechCommandsTests()
    {
        _tree.Touch(
            "yes/0a_nohash_0.wav",
            "yes/0b_nohash_0.wav",
            "yes/0b_nohash_1.wav",
            "no/0a_nohash_0.WAV",
            "no/plain.wav",
            "_background_noise_/hum.wav",
            "README.md",
            "LICENSE");
        _tree.Write("validation_list.txt", "yes/0b_nohash_0.wav\r\nno/0a_nohash_0.wav\r\n", byteOrderMark: true);
        _tree.Write("testing_list.txt", "yes/0b_nohash_1.wav\nyes/0b_nohash_1.wav\n");
    }

    private DataOperationsCatalog Data => _tree.Context.Data;

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData(SpeechCommandsSplit.Train, "no/plain.wav", "yes/0a_nohash_0.wav")]
    [InlineData(SpeechCommandsSplit.Validation, "no/0a_nohash_0.WAV", "yes/0b_nohash_0.wav")]
    [InlineData(SpeechCommandsSplit.Test, "yes/0b_nohash_1.wav")]
    [InlineData(
        SpeechCommandsSplit.All, "no/0a_nohash_0.WAV", "no/plain.wav", "yes/0a_nohash_0.wav", "yes/0b_nohash_0.wav", "yes/0b_nohash_1.wav")]
    public void Split_IsWhatTheListsSay(SpeechCommandsSplit split, params string[] names)
    {
        var data = Data.LoadSpeechCommands(_tree.Root, split);

        Assert.Equal(names, data.GetColumn<string>("Name"));
        Assert.Equal(names.Select(_tree.PathOf), data.GetColumn<string>("Path"));
        Assert.Equal(names.Select(name => name.Split('/')[0]), data.GetColumn<string>("Label"));
        Assert.Equal(names.Select(name => name.Contains("_nohash_") ? name.Split('/')[1][..2] : ""), data.GetColumn<string>("Speaker"));
        Assert.Empty(_tree.Warnings);
    }

    [Fact]
    public void ListedClipsThatAreMissing_AreNamed()
    {
        _tree.Write("testing_list.txt", "yes/0b_nohash_1.wav\nyes/gone.wav\nzero/gone.wav\n");

        Assert.Equal(1, Data.LoadSpeechCommands(_tree.Root, SpeechCommandsSplit.Test).GetRowCount());

        Assert.Contains("testing_list.txt", Assert.Single(_tree.Warnings));
        Assert.Contains("2 (yes/gone.wav, zero/gone.wav)", _tree.Warnings[0]);
    }

    [Fact]
    public void WrongLayouts_AreClearErrors()
    {
        _tree.Write("testing_list.txt", "yes/0b_nohash_0.wav");
        Assert.Contains(
            "'yes/0b_nohash_0.wav' is in both", Assert.Throws<InvalidDataException>(() => Data.LoadSpeechCommands(_tree.Root)).Message);

        File.Delete(_tree.PathOf("testing_list.txt"));
        Assert.Contains("testing_list.txt", Assert.Throws<FileNotFoundException>(() => Data.LoadSpeechCommands(_tree.Root)).Message);
        Assert.Equal(5, Data.LoadSpeechCommands(_tree.Root, SpeechCommandsSplit.All).GetRowCount());

        _tree.Write("testing_list.txt", "");
        Assert.Contains(
            "<word>", Assert.Throws<InvalidDataException>(() => Data.LoadSpeechCommands(_tree.Root, SpeechCommandsSplit.Test)).Message);
        Assert.Throws<DirectoryNotFoundException>(() => Data.LoadSpeechCommands(_tree.PathOf("nowhere")));
        Assert.Throws<ArgumentOutOfRangeException>(() => Data.LoadSpeechCommands(_tree.Root, (SpeechCommandsSplit)9));
    }
}
