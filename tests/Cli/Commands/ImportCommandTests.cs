using AudioBsq.Decoding;
using AudioBsq.Reference;
using AudioBsq.Signal;
using AudioBsq.Tests.Featurizers.Transforms;
using AudioBsq.Tests.Model.Persistence;

namespace AudioBsq.Tests.Cli.Commands;

public sealed class ImportCommandTests : IDisposable
{
    private readonly Clips _clips = new(3);
    private readonly string _folder = TestData.NewFolder();

    public ImportCommandTests()
    {
        File.WriteAllBytes(Weights, WeightFiles.Bytes(WeightFiles.Tensors()));
        File.WriteAllText(Config, ReferenceCheckpoint.WriteConfiguration(WeightFiles.Options));
    }

    private string Weights => PathOf("weights.safetensors");

    private string Config => PathOf("config.json");

    private string Zip => PathOf("model.zip");

    [Fact]
    [Trait("Speed", "Slow")]
    public void ImportedModel_TokenizesAsTheLibraryDoes()
    {
        Ran.AudioBsq("import", Weights, "--config", Config, "-o", Zip).Expect(0);

        var tokenized = Ran.AudioBsq("tokenize", Zip, _clips.Folder, "--device", "cpu").Expect(0).Clips();

        using var model =
            AudioBsqModel.ImportReference(Weights, new(ReferenceCheckpoint.ReadConfiguration(File.ReadAllText(Config))) { Device = "cpu" });
        var mel = new MelSpectrogram(MelOptions.Reference with { Bands = 12 });
        Assert.Equal(3, tokenized.Count);
        Assert.All(tokenized, clip => Assert.Equal(model.Encode(mel.Extract(AudioFile.Read(clip.Path).Samples)), clip.Tokens));
    }

    [Fact]
    public void Export_UndoesImport()
    {
        string again = PathOf("again.safetensors"), config = PathOf("again.json"), second = PathOf("second.zip");
        Ran.AudioBsq("import", Weights, "--config", Config, "-o", Zip).Expect(0);

        Ran.AudioBsq("export", Zip, "-o", again, "--config-output", config).Expect(0);
        Ran.AudioBsq("import", again, "--config", config, "-o", second).Expect(0);

        Assert.Equal(File.ReadAllBytes(Weights), File.ReadAllBytes(again));
        Assert.Equal(Ran.AudioBsq("tokenize", Zip, _clips.Folder).Output, Ran.AudioBsq("tokenize", second, _clips.Folder).Output);
    }

    [Fact]
    public void Import_TakesOtherMelsAndSeveralSetsOfWeights()
    {
        var tensors = WeightFiles.Tensors().Select(tensor => tensor with { Name = $"module.{tensor.Name}" });
        var others = WeightFiles.Tensors(seed: 2).Select(tensor => tensor with { Name = $"old.{tensor.Name}" });
        File.WriteAllBytes(Weights, WeightFiles.Bytes([.. tensors, .. others]));
        string mel = PathOf("mel.json");
        File.WriteAllText(mel, """{"SampleRate": 8000, "FftLength": 256, "HopLength": 80, "Bands": 12, "Level": "NaturalLog"}""");

        Assert.Contains("'module.' and 'old.'", Ran.AudioBsq("import", Weights, "--config", Config, "-o", Zip).Expect(3).Messages);
        Ran.AudioBsq("import", Weights, "--config", Config, "-o", Zip, "--mel", mel, "--prefix", "module.", "--ignore-unexpected")
            .Expect(0);

        string info = Ran.AudioBsq("info", Zip, "--json").Expect(0).Output;
        Assert.Contains("\"level\": \"NaturalLog\"", info);
        Assert.Contains("\"sampleRate\": 8000", info);
        Assert.All(Ran.AudioBsq("tokenize", Zip, _clips.Folder).Expect(0).Clips(), clip => Assert.Equal(8000, clip.SampleRate));
    }

    [Theory]
    [InlineData("There is no file of weights", "nothing.safetensors", "config.json")]
    [InlineData("There is no file of configuration", "weights.safetensors", "nothing.json")]
    [InlineData("safetensors", "config.json", "config.json")]
    [InlineData("no JSON", "weights.safetensors", "weights.safetensors")]
    [InlineData("post_quant_embed.bias (16).", "lacking.safetensors", "config.json")]
    [InlineData("asks for 80 bands", "weights.safetensors", "config.json", "--mel", "mel.json")]
    [InlineData("SampelRate", "weights.safetensors", "config.json", "--mel", "wrong.json")]
    public void Failure_IsOneLine_AndLeavesTheOutputAsItWas(string expected, string weights, string config, params string[] more)
    {
        File.WriteAllText(Zip, "an earlier model");
        File.WriteAllBytes(
            PathOf("lacking.safetensors"),
            WeightFiles.Bytes(WeightFiles.Tensors().Where(tensor => tensor.Name != "post_quant_embed.bias")));
        File.WriteAllText(PathOf("mel.json"), """{"Bands": 80}""");
        File.WriteAllText(PathOf("wrong.json"), """{"SampelRate": 8000}""");

        string[] rest = [.. more.Select(text => text.StartsWith('-') ? text : PathOf(text))];
        var ran = Ran.AudioBsq(["import", PathOf(weights), "--config", PathOf(config), "-o", Zip, .. rest]).Expect(3);

        Assert.Contains(expected, Assert.Single(ran.MessageLines));
        Assert.Equal("an earlier model", File.ReadAllText(Zip));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Export_RefusesAModelThatPythonCannotCompute_AndEqualPlaces()
    {
        using var model = new SavedTokenizer(); // as this library trains by default

        string message = Ran.AudioBsq("export", model.Zip, "-o", Weights).Expect(3).Messages;

        Assert.Contains("UnscaledInput", message);
        Assert.Equal(WeightFiles.Bytes(WeightFiles.Tensors()), File.ReadAllBytes(Weights));
        Assert.Contains("different files", Ran.AudioBsq("export", model.Zip, "-o", Weights, "--config-output", Weights).Expect(2).Messages);
        Assert.Contains("would replace", Ran.AudioBsq("import", Weights, "--config", Config, "-o", Weights).Expect(2).Messages);
    }

    public void Dispose()
    {
        _clips.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
