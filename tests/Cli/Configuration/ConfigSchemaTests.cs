using AudioBsq.Cli.Configuration;

namespace AudioBsq.Tests.Cli.Configuration;

[WithoutTorch]
public sealed class ConfigSchemaTests : IDisposable
{
    private static readonly string[] Words =
        ["needed", "the whole folder", "the folder of the run", "patch_size", "lr / batch_size"];

    private readonly ConfigText _text = new();

    public static TheoryData<string> KeysWithDefaults =>
        [.. ConfigSchema.Keys.Where(
            key => !Words.Contains(key.Default) && !key.Default.StartsWith("audioconfig.", StringComparison.Ordinal))
                .Select(key => key.FullName)];

    public static TheoryData<string> Published =>
        [.. Directory.EnumerateFiles(Path.Combine(TestData.Root, "configs"), "*.yaml").Select(path => Path.GetFileName(path)!)
        .Where(name => name.EndsWith("bit.yaml", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public void Dispose() => _text.Dispose();

    [Theory, MemberData(nameof(KeysWithDefaults))]
    public void Default_IsWhatHoldsWithoutTheKey(string name)
    {
        var key = ConfigSchema.Find(name).Single();

        var (without, with) = (_text.Load("", Needs(key)), _text.Load($"{key.Section}:\n  {key.Name}: {key.Default}\n", Needs(key)));

        Assert.Equal(ValuesOf(without), ValuesOf(with));
    }

    private static object ValuesOf(TrainingConfig config) =>
        (config.Model, config.Mel, config.Training, config.Pretraining, config.Data.Kind, config.Data.MelCache, config.Data.HoldOut,
            string.Join(' ', config.Data.Speeds));

    // These keys have no meaning without another one; it is then the same on both sides.
    private static string Needs(ConfigKey key) => key.Name switch
    {
        "disc_loss" or "disc_start" or "disc_reg_freq" or "disc_share" or "use_adaptive_disc_weight" => "disc_weight=0.1",
        "envelope_segment" or "envelope_bands_per_octave" or "envelope_across_bands" or "envelope_level_weight" => "envelope_weight=0.1",
        "save_every" or "keep_last" => "checkpoint_dir=here",
        _ => "root=sounds",
    };

    [Fact] // so that an override needs no section
    public void Names_AreOfOneSection_BesideTheDecoders() =>
        Assert.Equal(
            ConfigSchema.Keys.Count(key => key.Section != "daudioconfig"),
            ConfigSchema.Keys.Where(key => key.Section != "daudioconfig").DistinctBy(key => key.Name).Count());

    [Fact]
    public void DecoderWithDefaults_IsTheEncoder() =>
        Assert.Equal(AudioBsqOptions.Small.Encoder, _text.Load("daudioconfig: {width: 512}").Model.Decoder);

    [Fact]
    public void FullNames_AreUnique() => Assert.Equal(ConfigSchema.Keys.Count, ConfigSchema.Keys.DistinctBy(key => key.FullName).Count());

    [Fact]
    public void Documentation_HasEveryKey()
    {
        string table =
            string.Concat(
            ConfigSchema.Keys.Where(key => key.Section != "daudioconfig")
                .Select(key => $"| `{key.FullName}` | {key.Rule} | {key.Default} | {key.Meaning} |\n"));

        string written = File.ReadAllText(Path.Combine(TestData.Root, "docs", "configuration.md")).ReplaceLineEndings("\n");

        Assert.True(written.Contains(table), $"docs/configuration.md must have this table:\n{table}");
    }

    [Theory, MemberData(nameof(Published))]
    public void Configs_AreThePublishedVariants(string name)
    {
        var config = TrainingConfig.Load(Path.Combine(TestData.Root, "configs", name));

        Assert.Equal(
            name.Contains("small-9bit") ? AudioBsqOptions.Small : name.Contains("standard-18bit")
                ? AudioBsqOptions.Standard
                : AudioBsqOptions.Large, config.Model);
        Assert.Equal(new Signal.MelOptions(), config.Mel);
        Assert.Equal((32, 500_000, 5_000), (config.Training.BatchSize, config.Training.MaxSteps, config.Training.WarmupSteps));
        Assert.Equal(
            name.StartsWith("libri") ? DataSetKind.LibriSpeech : name.StartsWith("common")
                ? DataSetKind.CommonVoice
                : DataSetKind.AudioFolder, config.Data.Kind);
        bool finds = config.Data.Kind == DataSetKind.AudioFolder; // its folders, or clips to hold out
        Assert.Equal((finds, finds), (config.Data.TrainSplits.IsEmpty, config.Data.ValidationSplits.IsEmpty));
    }

    [Fact]
    public void Configs_CoverEveryVariantAndDataSet() => Assert.Equal(9, Published.Count);

    [Fact]
    public void TinyConfig_IsTheTinyModelOfNineBits_WithConvolution()
    {
        var config = TrainingConfig.Load(Path.Combine(TestData.Root, "configs", "tiny-folder.yaml"));

        var expected = AudioBsqOptions.Tiny with { PatchFrames = 2, PatchBands = 128, Quantizer = AudioBsqOptions.Small.Quantizer };
        Assert.Equal(expected with { Encoder = expected.Encoder with { UseConvModule = true } }, config.Model);
        Assert.Equal((8, 2_000, 200), (config.Training.BatchSize, config.Training.MaxSteps, config.Training.Checkpoints!.Every));
        Assert.Equal(DataSetKind.AudioFolder, config.Data.Kind);
    }

    [Theory, InlineData("kitten", "sitting", 3), InlineData("", "abc", 3), InlineData("abc", "", 3), InlineData("Width", "width", 0),
        InlineData("ab", "ba", 2)]
    public void Spelling_CountsChanges(string a, string b, int changes) => Assert.Equal(changes, Spelling.Distance(a, b));
}
