using AudioBsq.Decoding;
using AudioBsq.Signal;
using AudioBsq.Tests.Featurizers.Data;
using AudioBsq.Tests.Featurizers.Transforms;

namespace AudioBsq.Tests.Cli.Configuration;

/// <summary>Every configuration in configs/ trains, made small, on clips laid out as its data set is.</summary>
public sealed class PublishedConfigTests : IDisposable
{
    private static readonly string[] Small =
    [
        "audioconfig.width=32", "audioconfig.layers=1", "audioconfig.heads=2", "audioconfig.dim_ffn_output=64", "input_length=32",
        "batch_size=2",
        "max_iter=3", "optimizer.warm_up_steps=1", "print_every=1", "training.device=cpu",
    ];

    private readonly DataTree _tree = new();

    public static TheoryData<string> Configs =>
        [.. Directory.EnumerateFiles(Path.Combine(TestData.Root, "configs"), "*.yaml").Select(path => Path.GetFileName(path)!)
        .Order(StringComparer.Ordinal)];

    public void Dispose() => _tree.Dispose();

    [Theory, Trait("Speed", "Slow"), MemberData(nameof(Configs))]
    public void Config_TrainsThreeSteps(string name)
    {
        string[] clips = name.StartsWith("librispeech", StringComparison.Ordinal)
            ? ["train-clean-100/1/2/1-2-0000.wav", "train-clean-360/3/4/3-4-0000.wav", "dev-clean/5/6/5-6-0000.wav"]
            : name.StartsWith("common-voice", StringComparison.Ordinal)
            ? ["clips/a.wav", "clips/b.wav", "clips/c.wav"]
            : ["train/a.wav", "train/b.wav", "val/c.wav"];
        foreach (string clip in clips) Write(clip);
        _tree.Write("train.tsv", "path\tsentence\na.wav\tone\nb.wav\ttwo\n");
        _tree.Write("dev.tsv", "path\tsentence\nc.wav\tthree\n");

        var ran =
            Ran.AudioBsq(
            ["train", Path.Combine(TestData.Root, "configs", name), "-o", _tree.PathOf("out"),
            .. new[] { $"root={_tree.Root}" }.Concat(Small).SelectMany(set => new[] { "--set", set })]).Expect(0);

        Assert.Contains(
            ran.MessageLines,
            line =>
                line.StartsWith("step 3 of 3:", StringComparison.Ordinal) && line.Contains("validation error", StringComparison.Ordinal));
        Assert.Single(Ran.AudioBsq("tokenize", _tree.PathOf("out/tokenizer.zip"), _tree.PathOf(clips[^1])).Expect(0).Clips());
    }

    private void Write(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_tree.PathOf(name))!);
        AudioFile.WriteWav(_tree.PathOf(name), new Waveform(Clips.Samples(11), 16_000));
    }
}
