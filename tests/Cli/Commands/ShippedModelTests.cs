using System.Text.Json;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Decoding;
using AudioBsq.MLNet;

namespace AudioBsq.Tests.Cli.Commands;

/// <summary>The shipped models wherever a command takes a model.</summary>
[Trait("Speed", "Slow")]
public sealed class ShippedModelTests
{
    private static readonly string Clip = Path.Combine(TestData.Root, "samples", "clips", "dev", "1183-124566-0000.flac");

    private readonly string _folder = TestData.NewFolder();

    [Fact]
    public void Tokenize_AndReconstruct_NeedNothingElse()
    {
        string tokens = In("tokens"), sounds = In("sounds");
        Ran.AudioBsq("tokenize", "speech450", Clip, "--format", "absq", "-o", tokens).Expect(0);
        Ran.AudioBsq("reconstruct", "speech450", tokens, "-o", sounds).Expect(0);
        Ran.AudioBsq("reconstruct", "speech450", tokens, "-o", In("plain"), "--vocoder", "none").Expect(0);

        string wav = Directory.GetFiles(sounds, "*.wav", SearchOption.AllDirectories).Single();
        string plain = Directory.GetFiles(In("plain"), "*.wav", SearchOption.AllDirectories).Single();
        Assert.Equal(AudioFile.Read(Clip).Samples.Length, AudioFile.Read(wav).Samples.Length);
        Assert.NotEqual(File.ReadAllBytes(plain), File.ReadAllBytes(wav)); // Griffin-Lim is not the model's own vocoder
    }

    [Fact]
    public void Evaluate_UsesTheModelsOwnVocoder()
    {
        using var json = JsonDocument.Parse(Ran.AudioBsq("evaluate", "speech900", Clip, "--audio", "--json").Expect(0).Output);
        using var plain = JsonDocument.Parse(
            Ran.AudioBsq("evaluate", "speech900", Clip, "--audio", "--vocoder", "none", "--json").Expect(0).Output);

        Assert.Equal(900, json.RootElement.GetProperty("bitsPerSecond").GetDouble());
        Assert.StartsWith("the neural vocoder speech900", Synthesis(json));
        Assert.StartsWith("fast Griffin-Lim", Synthesis(plain));

        static string Synthesis(JsonDocument document) =>
            document.RootElement.GetProperty("sound").GetProperty("synthesis").GetString()!;
    }

    [Fact]
    public void Info_DescribesIt()
    {
        using var json = JsonDocument.Parse(Ran.AudioBsq("info", "speech900", "--json").Expect(0).Output);

        Assert.Equal("speech900", json.RootElement.GetProperty("path").GetString());
        Assert.Equal(18, json.RootElement.GetProperty("tokenizer").GetProperty("bitsPerToken").GetInt32());
        Assert.DoesNotContain("File size", Ran.AudioBsq("info", "speech900").Expect(0).Output);
    }

    [Fact]
    public void AFileOfTheName_ComesFirst_AndAnUnknownNameSaysWhatThereIs()
    {
        File.WriteAllText(In("speech900"), "no model");
        string unknown = Ran.AudioBsq("tokenize", "speech901", Clip).Expect(3).Messages.ReplaceLineEndings(" ");

        Assert.Contains("There is no model 'speech901'. With the program come speech450, speech900 and speech900-causal.", unknown);
        Assert.Null(SavedModel.FindShipped(In("speech900")));
        Assert.Contains("cannot be loaded as a model", Ran.AudioBsq("tokenize", In("speech900"), Clip).Expect(3).Messages);
    }

    [Fact]
    public void Export_Half_IsWhatThePackageHolds()
    {
        string model = In("model.safetensors"), vocoder = In("vocoder.safetensors"), again = In("again.safetensors");
        using (var own = PretrainedAudioModels.Speech900.LoadVocoder("cpu")) own.Save(vocoder);

        Ran.AudioBsq("export", "speech900", "-o", model, "--half").Expect(0);
        Ran.AudioBsq("export", vocoder, "-o", again, "--half").Expect(0);

        string info = Ran.AudioBsq("info", model).Expect(0).Output;
        Assert.Contains("File size", info);
        Assert.Contains("900 bit/s", info);
        Assert.Equal(
            Ran.AudioBsq("tokenize", "speech900", Clip).Expect(0).Output, Ran.AudioBsq("tokenize", model, Clip).Expect(0).Output);
        using var loaded = AudioBsqModel.Load(model, "cpu");
        using var shipped = PretrainedAudioModels.Speech900.LoadTokenizer("cpu");
        Assert.Equal(shipped.Fingerprint, loaded.Fingerprint);
        Assert.True(new FileInfo(again).Length < 0.6 * new FileInfo(vocoder).Length);
        Assert.Contains(
            "--config-output is about the Python version",
            Ran.AudioBsq("export", "speech900", "-o", model, "--half", "--config-output", In("c.json")).Messages);
    }

    private string In(string name) => Path.Combine(_folder, name);
}
