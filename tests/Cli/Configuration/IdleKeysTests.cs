using AudioBsq.Cli.Configuration;
using AudioBsq.Networks;

namespace AudioBsq.Tests.Cli.Configuration;

/// <summary>Overrides, and files that extend others, may turn a part off: its keys then count no more.</summary>
[WithoutTorch]
public sealed class IdleKeysTests : IDisposable
{
    private readonly ConfigText _text = new();

    public void Dispose() => _text.Dispose();

    // A configuration, what turns a part of it off, and the keys that then count no more.
    [Theory]
    [InlineData("loss: {disc_weight: 0.1, disc_start: 5, disc_loss: vanilla}", "loss.disc_weight=0", "loss.disc_loss loss.disc_start")]
    [InlineData("training: {checkpoint_dir: here, save_every: 5, keep_last: 1}", "checkpoint_dir=null",
        "training.save_every training.keep_last")]
    [InlineData("audioconfig: {dim_ffn_output: 64}", "use_ffn_output=false", "audioconfig.dim_ffn_output")]
    [InlineData("audioconfig: {mask_type: block-causal, past_steps: 9}", "mask_type=none", "audioconfig.past_steps")]
    [InlineData("data: {mel_cache: disk, mel_cache_dir: here}", "mel_cache=none", "data.mel_cache_dir")]
    [InlineData("data: {dataset_type: audioset, train_split: t.csv, whole_videos: true}", "dataset_type=audio_folder", "data.whole_videos")]
    [InlineData("data: {hold_out: 0.1}", "val_split=dev", "data.hold_out")]
    [InlineData("optimizer: {use_bf16: true}", "precision=auto", "optimizer.use_bf16")]
    [InlineData("optimizer: {base_lr: 4e-7}", "lr=1e-3", "optimizer.base_lr")]
    [InlineData("optimizer: {lr: 1e-3}", "base_lr=4e-7", "optimizer.lr")]
    public void Override_ThatTurnsAPartOff_LeavesItsKeysOutWithAWarning(string text, string off, string idle)
    {
        var warnings = new List<string>();

        TrainingConfig.Load(_text.Write(text), ["root=sounds", off], warnings.Add);

        Assert.Equal(idle.Split(' '), warnings.Select(warning => warning.Split(": ")[1].Split(' ')[0]));
        Assert.All(warnings, warning => Assert.StartsWith($"{_text.PathOf("run.yaml")}:1: ", warning));
        Assert.All(warnings, warning => Assert.Contains($"override '{off}'", warning));
    }

    [Fact]
    public void FileThatExtends_MayTurnAPartOff()
    {
        _text.Write("audioconfig: {mask_type: causal, past_steps: 9}\nloss: {disc_weight: 1, disc_start: 7}", "base.yaml");
        var warnings = new List<string>();

        var config = TrainingConfig.Load(
            _text.Write("extends: base.yaml\naudioconfig: {mask_type: none}\nloss: {disc_weight: 0}"), ["root=x"], warnings.Add);

        Assert.Equal((AttentionMask.None, null), (config.Model.Encoder.Mask, config.Training.Adversarial));
        Assert.Equal(2, warnings.Count);
    }

    [Theory]
    [InlineData("loss: {disc_weight: 0, disc_start: 5}", "lr=1")] // in one file
    [InlineData("loss: {disc_weight: 0}", "disc_start=5")] // the key itself is the override
    [InlineData("loss: {disc_weight: 0.1}", "disc_weight=0;disc_start=5")]
    public void KeyWithoutMeaning_IsStillAnError(string text, string overrides) =>
        Assert.Contains("loss.disc_start", Assert.Throws<InvalidDataException>(() => _text.Load(text, overrides.Split(';'))).Message);
}
