using AudioBsq.Cli.Configuration;

namespace AudioBsq.Tests.Cli.Configuration;

[WithoutTorch]
public sealed class BrokenConfigTests : IDisposable
{
    private readonly ConfigText _text = new();

    public void Dispose() => _text.Dispose();

    // A configuration, the line of its only error, and words of the message.
    [Theory]
    [InlineData("model:\n  embed_dimm: 18", 2, "'embed_dimm'", "nearest key is 'embed_dim'")]
    [InlineData("model:\n  Embed_Dim: 18", 2, "'Embed_Dim'", "nearest key is 'embed_dim'")]
    [InlineData("modle:\n  embed_dim: 18", 1, "no section 'modle'", "nearest section is 'model'")]
    [InlineData("embed_dim: 18", 1, "'embed_dim'", "belongs to model.embed_dim")]
    [InlineData("model:\n  params:\n    embed_dim: 18", 2, "'params'")]
    [InlineData("model:\n  width: 512", 2, "'width' in model", "audioconfig.width or daudioconfig.width")]
    [InlineData("data:\n  root: x\n  widht: 3", 3, "'widht' in data")]
    [InlineData("compatibility:\n  clamp_in_trainng: true", 2, "nearest key is 'clamp_in_training'")]
    [InlineData("compatibility: referenz", 1, "compatibility.version", "corrected or reference", "'referenz'")]
    [InlineData("compatibility: [reference]", 1, "'compatibility' must be a section", "a list")]
    [InlineData("model: 9", 1, "'model' must be a section", "'9'")]
    [InlineData("model:\n  embed_dim: 9\n  beta: 1\n  embed_dim: 18", 4, "'embed_dim' is there already, in line 2")]
    [InlineData("model: {beta: 1}\ndata: {root: x}\nmodel: {beta: 1}", 3, "'model' is there already, in line 1")]
    [InlineData("model:\n  embed_dim: '18'", 2, "model.embed_dim must be a whole number", "'18'")]
    [InlineData("model:\n  embed_dim: 18.5", 2, "model.embed_dim", "'18.5'")]
    [InlineData("model:\n  embed_dim: 63\n  embed_group_size: 9", 2, "model.embed_dim: ", "from 1 to 62", "it is 63")]
    [InlineData("model:\n  embed_dim:", 2, "model.embed_dim", "it is nothing")]
    [InlineData("model:\n  embed_dim: [18]", 2, "model.embed_dim", "it is a list")]
    [InlineData("model:\n  embed_dim: {bits: 18}", 2, "model.embed_dim", "a section of keys")]
    [InlineData("model:\n  l2_norm: yes", 2, "model.l2_norm must be true or false", "'yes'")]
    [InlineData("model:\n  grad_checkpointing: blocks", 2, "model.grad_checkpointing must be true or false", "'blocks'")]
    [InlineData("model:\n  inv_temperature: 0", 2, "model.inv_temperature: ", "must be positive", "it is 0")]
    [InlineData("model:\n  gamma: .inf", 2, "model.gamma must be a number")]
    [InlineData("model:\n  persample_entropy_compute: exact", 2, "model.persample_entropy_compute", "group or analytical")]
    [InlineData("model:\n  embed_dim: 10", 2, "model.embed_dim: ", "GroupSize", "divide Bits (10)", "it is 9")]
    [InlineData("audioconfig:\n  heads: 7\n  width: 512", 2, "audioconfig.heads: ", "multiple of Heads (7)", "it is 512")]
    [InlineData(
        "audioconfig:\n  heads: 7\n  width: 100", 3, "audioconfig.width, audioconfig.heads: ", "multiple of Heads (7)", "it is 100")]
    [InlineData("daudioconfig:\n  layers: 3\n  width: 100", 3, "daudioconfig.width: Decoder.Width", "multiple of Heads (8)", "it is 100")]
    [InlineData("audioconfig:\n  freq_patch_size: 12", 2, "audioconfig.freq_patch_size: ", "multiple of PatchBands (12)", "it is 128")]
    [InlineData("audioconfig:\n  input_length: 1000", 2, "audioconfig.input_length: ", "multiple of PatchFrames (16)", "it is 1000")]
    [InlineData("audioconfig:\n  conv_kernel_size: 4", 2, "audioconfig.conv_kernel_size: ", "must be odd", "it is 4")]
    [InlineData("audioconfig:\n  drop_path_rate: 1", 2, "audioconfig.drop_path_rate: ", "below 1", "it is 1")]
    [InlineData("audioconfig:\n  mask_type: blockcausal", 2, "audioconfig.mask_type", "none, causal or block-causal")]
    [InlineData("audioconfig:\n  use_ffn_output: false\n  dim_ffn_output: 64", 2, "audioconfig.use_ffn_output, audioconfig.dim_ffn_output")]
    [InlineData("audioconfig:\n  input_size: 128\ndata:\n  n_mels: 64", 4, "data.n_mels, audioconfig.input_size", "must agree")]
    [InlineData("data:\n  n_fft: 1000", 2, "data.n_fft: ", "must be a power of two", "it is 1000")]
    [InlineData("data:\n  hop_length: 2048", 2, "data.hop_length: ", "must be from 1 to FftLength", "it is 2048")]
    [InlineData("data:\n  f_max: 9000", 2, "data.f_max: ", "at most half the sample rate", "it is 9000")]
    [InlineData("data:\n  f_min: 9000", 2, "data.f_min: ", "must be above MinFrequency", "it is 8000")]
    [InlineData("data:\n  clamp_range: [0, -80]", 2, "data.clamp_range: ", "must be below MaxLevel (-80)", "it is 0")]
    [InlineData("data:\n  clamp_range: -80", 2, "data.clamp_range", "'-80'")]
    [InlineData("data:\n  target_length: 2048", 2, "data.target_length", "2048 frames")]
    [InlineData("data:\n  dataset_type: libri", 2, "data.dataset_type", "librispeech")]
    [InlineData("data:\n  dataset_type: librispeech", 2, "data.train_split is needed for LibriSpeech")]
    [InlineData("data:\n  dataset_type: common_voice\n  train_split: [train, other]", 3, "data.train_split", "takes one split")]
    [InlineData("data:\n  dataset_type: speech_commands\n  val_split: dev", 3, "data.val_split", "'dev'")]
    [InlineData("data:\n  hold_out: 1", 2, "data.hold_out", "must be from 0 to below 1")]
    [InlineData("data:\n  val_split: dev\n  hold_out: 0.1", 3, "data.hold_out, data.val_split", "without val_split")]
    [InlineData("data:\n  whole_videos: true", 2, "data.whole_videos", "audioset")]
    [InlineData("data:\n  speeds: [0.9, 1, 2.5]", 2, "data.speeds", "from 0.5 to 2")]
    [InlineData("data:\n  speeds: []", 2, "data.speeds", "one number or more")]
    [InlineData("data:\n  speeds: 0.9", 2, "data.speeds must be a list of numbers", "'0.9'")]
    [InlineData("data:\n  mel_cache: ram", 2, "data.mel_cache must be memory, disk or none", "'ram'")]
    [InlineData("data:\n  mel_cache: false", 2, "data.mel_cache must be", "'false'")]
    [InlineData("data:\n  mel_cache: none\n  mel_cache_dir: here", 3, "data.mel_cache_dir, data.mel_cache", "mel_cache: disk")]
    [InlineData("data:\n  mel_cache_dir: here", 2, "data.mel_cache_dir", "mel_cache: disk")]
    [InlineData("data:\n  mel_cache: ram\n  mel_cache_dir: here", 2, "data.mel_cache must be")]
    [InlineData("data:\n  mel_cache: disk\n  mel_cache_dir: [a, b]", 3, "data.mel_cache_dir must be text")]
    [InlineData("data:\n  prefetch: -1", 2, "data.prefetch: ", "must not be negative", "it is -1")]
    [InlineData("data:\n  batch_size: 3_2_", 2, "data.batch_size", "'3_2_'")]
    [InlineData("optimizer:\n  max_iter: 0", 2, "optimizer.max_iter: ", "must be positive", "it is 0")]
    [InlineData("optimizer:\n  use_bf16: true\n  precision: auto", 3, "optimizer.precision, optimizer.use_bf16", "give one of them")]
    [InlineData("optimizer:\n  base_lr: 4e-7\n  lr: 1e-3", 3, "optimizer.lr, optimizer.base_lr", "give one of them")]
    [InlineData("optimizer:\n  betas: [0.9, 1]", 2, "optimizer.betas: Beta2", "below 1", "it is 1")]
    [InlineData("training:\n  device: gpu", 2, "training.device must be auto, cpu, cuda or cuda:N")]
    [InlineData("loss:\n  envelope_segment: 1", 2, "loss.envelope_segment", "loss.envelope_weight")]
    [InlineData("loss:\n  disc_start: 10", 2, "loss.disc_start", "loss.disc_weight")]
    [InlineData("training:\n  keep_last: 1", 2, "training.keep_last", "training.checkpoint_dir")]
    [InlineData("data: {n_mels: 32}\nloss:\n  disc_weight: 0.1", 1, "data.n_mels, loss.disc_weight: ", "too many stages for 32 bands")]
    [InlineData("data:\n  sample_rate: 800_000", 2, "data.sample_rate: ", "768000 Hz")]
    [InlineData("loss:\n  disc_weight: -0.1", 2, "loss.disc_weight: ", "must not be negative", "it is -0.1")]
    [InlineData("loss:\n  multi_resolution_weight: -1", 2, "loss.multi_resolution_weight: ", "must not be negative", "it is -1")]
    [InlineData(
        "daudioconfig:\n  layers: 0\naudioconfig:\n  layers: 2", 2, "daudioconfig.layers: Decoder.Layers", "must be positive", "it is 0")]
    [InlineData("model:\n  embed_dim: !!int 18", 2, "tags")]
    [InlineData("model:\n  <<: {embed_dim: 18}", 2, "'<<'")]
    [InlineData("model:\n  ? [a]\n  : 1", 2, "a key must be a name")]
    [InlineData("model:\n  embed_dim: *bits", 2, "no anchor 'bits'")]
    [InlineData("model:\n  beta: 1\n embed_dim: 18", 3, "not YAML")]
    [InlineData("model: {embed_dim: 18", 1, "not YAML")]
    [InlineData("- model", 1, "sections of keys", "a list")]
    [InlineData("model: {}\n---\nmodel: {}", 2, "second document")]
    [InlineData("# comment\nextends: nothing.yaml", 2, "extends", "nothing.yaml")]
    [InlineData("extends: run.yaml", 1, "extends this file in turn")]
    [InlineData("extends: {a: b}", 1, "'extends' must be a file")]
    [InlineData("model: [[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]", 1, "levels deep")]
    public void BrokenConfig_HasOneErrorWithKeyAndLine(string text, int line, params string[] words)
    {
        var error = Assert.Throws<InvalidDataException>(() => _text.Load(text));

        string[] lines = error.Message.Split('\n');
        Assert.Equal($"'{_text.PathOf("run.yaml")}' has an error:", lines[0]);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"{_text.PathOf("run.yaml")}:{line}: ", lines[1]);
        Assert.All(words, word => Assert.Contains(word, lines[1]));
    }

    [Fact] // each by itself, though the options stop at the first
    public void ErrorsOfOneOptionsType_AreAllTold()
    {
        var error =
            Assert.Throws<InvalidDataException>(
            () => _text.Load("model:\n  beta: -1\n  embed_dim: 99\naudioconfig:\n  width: 96\n  heads: 6\n  layers: 0\n"));

        string[] lines = error.Message.Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Contains(":2: model.beta: CommitmentWeight must not be negative; it is -1", lines[1]);
        Assert.Contains(":3: model.embed_dim: Bits must be from 1 to 62; it is 99", lines[2]);
        Assert.Contains(":7: audioconfig.layers: Encoder.Layers must be positive; it is 0", lines[3]);
    }

    [Theory]
    [InlineData("embed_dim", "section.key=value")]
    [InlineData("=9", "section.key=value")]
    [InlineData("embed_dims=9", "nearest is 'embed_dim'")]
    [InlineData("model.embed_dims=9", "nearest is 'model.embed_dim'")]
    [InlineData("model.width=9", "no key 'model.width'")]
    [InlineData("embed_dim=many", "model.embed_dim must be a whole number")]
    [InlineData("embed_dim=\"9\"", "model.embed_dim must be a whole number")]
    [InlineData("embed_dim=10", "divide Bits (10)")]
    [InlineData("clamp_range=[1,", "not YAML")]
    public void BrokenOverride_IsNamed(string text, string words)
    {
        var error = Assert.Throws<InvalidDataException>(() => _text.Load("", text));

        Assert.Contains($"override '{text}': ", error.Message);
        Assert.Contains(words, error.Message);
    }

    [Fact]
    public void AllErrors_AreToldAtOnce_EachInItsFile()
    {
        _text.Write("model:\n  zeta: lots\n", "base.yaml");

        var error =
            Assert.Throws<InvalidDataException>(
            () => _text.Load("extends: base.yaml\nmodel:\n  beta: -1\n  beta: 2\n  bits: 3\ndata:\n  hop_length: 5000\n", "lr=0"));

        string[] lines = error.Message.Split('\n');
        Assert.Equal(7, lines.Length);
        Assert.Contains("6 errors", lines[0]);
        Assert.Contains(lines, each => each.Contains("base.yaml:2: model.zeta"));
        foreach (int line in (int[])[3, 4, 5, 7])
            Assert.Contains(lines, each => each.StartsWith($"{_text.PathOf("run.yaml")}:{line}: ", StringComparison.Ordinal));
        Assert.Contains(lines, each => each.StartsWith("override 'lr=0'", StringComparison.Ordinal));
    }

    [Fact]
    public void MissingRoot_IsAnError() =>
        Assert.Contains(
            "run.yaml:2: data.root: data.root is needed",
            Assert.Throws<InvalidDataException>(() => TrainingConfig.Load(_text.Write("model: {}\ndata: {}"))).Message);
}
