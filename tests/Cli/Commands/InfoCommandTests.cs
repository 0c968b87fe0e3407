using System.Text.Json;

namespace AudioBsq.Tests.Cli.Commands;

public sealed class InfoCommandTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    [Fact]
    public void Model_AsJson()
    {
        using var json = Json(model.Zip);
        var root = json.RootElement;

        Assert.Equal("model", root.GetProperty("kind").GetString());
        Assert.Equal(new FileInfo(model.Zip).Length, root.GetProperty("bytes").GetInt64());
        var steps = root.GetProperty("steps").EnumerateArray().ToList();
        Assert.Equal(
            ["AudioLoading", "MelSpectrogram", "AudioTokenizer"], steps.Select(step => step.GetProperty("transformer").GetString()));
        Assert.Equal(["Path", "Waveform", "Mel"], steps.Select(step => step.GetProperty("input").GetString()));
        Assert.Equal("Tokens: Vector<Key<UInt32, 0-511>>", steps[2].GetProperty("adds")[0].GetString());
        var tokenizer = root.GetProperty("tokenizer");
        Assert.Equal(16, tokenizer.GetProperty("mel").GetProperty("bands").GetInt32());
        Assert.Equal(32, tokenizer.GetProperty("model").GetProperty("windowFrames").GetInt32());
        string fingerprint = tokenizer.GetProperty("fingerprint").GetString()!;
        Assert.Matches("^[0-9a-f]{32}$", fingerprint);
        Assert.Contains(Ran.AudioBsq("info", model.Zip).OutputLines, line => line.StartsWith("Fingerprint") && line.Contains(fingerprint));
        Assert.Equal(9, tokenizer.GetProperty("bitsPerToken").GetInt32());
        Assert.Equal(50, tokenizer.GetProperty("tokensPerSecond").GetDouble()); // 100 frames a second, 4 in a patch, 2 patches side by side
        Assert.Equal(450, tokenizer.GetProperty("bitsPerSecond").GetDouble());
    }

    [Theory]
    [InlineData(true, 10, 36, "causal, each block looks back 10 time steps; tokens come up to 36 ms behind the sound")]
    [InlineData(false, null, 336, "not causal, a window at a time; tokens come up to 336 ms behind the sound")]
    [Trait("Speed", "Slow")]
    public void Model_SaysHowItStreams(bool causal, int? pastSteps, double latency, string expected)
    {
        string zip = causal ? model.Causal : model.Zip;
        using var json = Json(zip);
        var tokenizer = json.RootElement.GetProperty("tokenizer");

        Assert.Equal(causal, tokenizer.GetProperty("causal").GetBoolean());
        Assert.Equal(pastSteps, tokenizer.GetProperty("pastSteps").Deserialize<int?>());
        Assert.Equal(latency, tokenizer.GetProperty("latencyMilliseconds").GetDouble());
        Assert.Contains(
            Ran.AudioBsq("info", zip).Expect(0).OutputLines,
            line => line.StartsWith("Streams ", StringComparison.Ordinal) && line.TrimEnd().EndsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Sound_AsJson()
    {
        using var json = Json(model.Clip(1));
        var root = json.RootElement;

        Assert.Equal("sound", root.GetProperty("kind").GetString());
        Assert.Equal((16_000, 1, 1600, 0.1), (Number("sampleRate"), Number("channels"), Number("frames"), Number("seconds")));

        double Number(string name) => root.GetProperty(name).GetDouble();
    }

    [Fact]
    public void Tokens_AsJson()
    {
        using var json = Json(model.Tokens());
        var root = json.RootElement;

        Assert.Equal("tokens", root.GetProperty("kind").GetString());
        Assert.Equal((5, 9, 16_000), (Number("clips"), Number("bitsPerToken"), Number("sampleRate")));
        Assert.Equal(0.75, Number("seconds"), 12); // 800 · (1 + 2 + 3 + 4 + 5) samples
        Assert.Equal(2 * (2 + 3 + 4 + 6 + 7), Number("tokens")); // frames 6, 11, 16, 21, 26 in patches of 4 × 8
        Assert.Equal(44 * 9 / 0.75, Number("bitsPerSecond"), 9);

        double Number(string name) => root.GetProperty(name).GetDouble();
    }

    [Fact]
    public void Text_IsPlainLines()
    {
        foreach (string file in new[] { model.Zip, model.Clip(0), model.Tokens(), TestData.PathOf("zips", "features.zip") })
        {
            var ran = Ran.AudioBsq("info", file).Expect(0);

            Assert.Contains(file, ran.OutputLines[0]);
            Assert.All(ran.OutputLines, line => Assert.Equal(line.Trim(), line.TrimEnd('\r')));
            Assert.All(ran.Output, c => Assert.True(c is '\r' or '\n' || !char.IsControl(c)));
        }
    }

    [Fact]
    public void Parameters_AreThoseOfTheNetwork()
    {
        using var saved = AudioBsqModel.Create(Small.Options, Small.Mel, device: "cpu");
        using var json = Json(model.Zip);

        Assert.Equal(
            saved.Content.Network.parameters().Sum(weights => weights.numel()),
            json.RootElement.GetProperty("tokenizer").GetProperty("parameters").GetInt64());
    }

    [Fact]
    public void OddNames_AreShownAsTheyAre()
    {
        string odd = model.New("[bold]x[/] {0} \u001b[31m.wav");
        File.Copy(model.Clip(0), odd);

        string shown = Ran.AudioBsq("info", odd).Expect(0).OutputLines[0];

        Assert.Contains("[bold]x[/] {0} ?[31m.wav", shown);
    }

    [Fact]
    public void BadTokens_AreReported_AndTheRestIsCounted()
    {
        string mixed = model.New("mixed.jsonl");
        Ran.AudioBsq("tokenize", model.OtherBits, model.Clip(0), "-o", mixed).Expect(0);
        File.WriteAllText(mixed, File.ReadAllText(model.Tokens()) + "{}\n" + File.ReadAllText(mixed));

        var ran = Ran.AudioBsq("info", mixed, "--json").Expect(1);

        Assert.Contains($"{mixed}, line 6: ", ran.MessageLines[0]);
        Assert.Contains($"{mixed}, line 7: 5 bits", ran.MessageLines[1]);
        using var json = JsonDocument.Parse(ran.Output);
        Assert.Equal(5, json.RootElement.GetProperty("clips").GetInt32());
    }

    [Fact]
    public void OtherFiles_AreRefused()
    {
        string text = model.New("text.txt"), empty = model.New("empty"), object_ = model.New("object.json"), missing = model.New("missing");
        File.WriteAllText(text, "Only text, which is neither sound nor tokens nor a model.");
        File.WriteAllText(empty, "");
        File.WriteAllText(object_, "{\"a\": 1}");

        foreach (string bad in new[] { text, empty, object_, missing, model.Folder })
            Assert.Contains(bad, Ran.AudioBsq("info", bad).Expect(3).MessageLines[^1]);
    }

    private static JsonDocument Json(string file) => JsonDocument.Parse(Ran.AudioBsq("info", file, "--json").Expect(0).Output);
}
