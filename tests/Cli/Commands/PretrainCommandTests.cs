using System.Globalization;
using AudioBsq.Tests.Cli.Training;

namespace AudioBsq.Tests.Cli.Commands;

[Trait("Speed", "Slow")]
public sealed class PretrainCommandTests : IDisposable
{
    private readonly TrainingFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Encoder_IsWhatTrainingStartsFrom()
    {
        var ran = Ran.AudioBsq("pretrain", _data.Config, "-o", _data.PathOf("pre")).Expect(0);

        string encoder = _data.PathOf("pre", "encoder.safetensors");
        Assert.Equal(["audiobsq: 8 ", "step 4 of 8:", "step 8 of 8:"], ran.MessageLines.Select(line => line[..12]));
        Assert.Contains(encoder, ran.Output);
        string[] metrics = File.ReadAllLines(_data.PathOf("pre", "metrics.csv"));
        Assert.StartsWith("step,epoch,loss,validation_loss,", metrics[0]);
        Assert.Equal(["4", "8"], metrics[1..].Select(row => row.Split(',')[0]));
        var losses = metrics[1..].SelectMany(row => row.Split(',')[2..4]);
        Assert.All(losses, loss => Assert.InRange(double.Parse(loss, CultureInfo.InvariantCulture), 0.1, 3));
        string[] files = ["config.yaml", "curves.png", "samples/step-00000004/1.png", "samples/step-00000008/2.png"];
        Assert.All(files, file => Assert.True(File.Exists(_data.PathOf("pre", file)), file));

        var trained = Ran.AudioBsq("train", _data.Config, "-o", _data.PathOf("out"), "--set", $"init_from={encoder}").Expect(0);
        var again = Ran.AudioBsq(
            "train", _data.Config, "-o", _data.PathOf("again"), "--set", $"init_from={_data.PathOf("out", "tokenizer.zip")}", "--set",
            "freeze=encoder").Expect(0);

        Assert.Contains("starts from a model: the encoder; the decoder starts from random weights", trained.Messages);
        Assert.Contains("starts from a model: the whole model", again.Messages);
        Assert.Equal(Tokens("out"), Tokens("again"));
    }

    [Fact]
    public void Resume_GivesTheSameEncoder()
    {
        string[] kept = ["--set", "checkpoint_dir=checkpoints", "--set", "save_every=2"];
        Ran.AudioBsq(["pretrain", _data.Config, "-o", _data.PathOf("whole")]).Expect(0);
        Ran.AudioBsq(["pretrain", _data.Config, "-o", _data.PathOf("parts"), .. kept]).Expect(0);
        foreach (string late in (string[])["checkpoint-00000006.safetensors", "checkpoint-00000008.safetensors"])
            File.Delete(_data.PathOf("parts", "checkpoints", late));

        var ran = Ran.AudioBsq(["pretrain", _data.Config, "-o", _data.PathOf("parts"), .. kept]).Expect(0);

        Assert.Contains("Training goes on after step 4", ran.Messages);
        Assert.Equal(Encoder("whole"), Encoder("parts"));
    }

    [Fact]
    public void WrongKeys_AreToldWithTheirRule()
    {
        var ran = Ran.AudioBsq(
            "pretrain", _data.Config, "-o", _data.PathOf("out"), "--set", "mask_ratio=1", "--set", "freq_patch_size=16", "--set",
            "mask=frequency").Expect(2);

        Assert.Contains("pretraining.mask_ratio: MaskRatio must be above 0 and below 1; it is 1", ran.Messages);
        Assert.Contains("several rows of patches", ran.Messages);
        Assert.Contains(
            "There is no model 'nowhere.zip'",
            Ran.AudioBsq("train", _data.Config, "-o", _data.PathOf("out"), "--set", "init_from=nowhere.zip").Expect(3).Messages);
    }

    private byte[] Encoder(string run) => File.ReadAllBytes(_data.PathOf(run, "encoder.safetensors"));

    private IEnumerable<int> Tokens(string run) =>
        Ran.AudioBsq("tokenize", _data.PathOf(run, "tokenizer.zip"), _data.PathOf("val")).Expect(0).Clips().SelectMany(clip => clip.Tokens);
}
