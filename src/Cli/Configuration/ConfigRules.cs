using AudioBsq.MLNet;
using AudioBsq.Networks;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Configuration;

/// <summary>Rules that the options themselves do not know: keys that exclude or need each other, and what a data set needs.</summary>
internal static class ConfigRules
{
    /// <summary>Keys that have no meaning without a discriminator.</summary>
    public static readonly string[] AdversarialKeys =
        ["loss.disc_loss", "loss.disc_start", "loss.disc_reg_freq", "loss.disc_share", "loss.use_adaptive_disc_weight"];

    /// <summary>Keys that have no meaning without a loss of envelopes.</summary>
    public static readonly string[] EnvelopeKeys =
    [
        "loss.envelope_segment", "loss.envelope_bands_per_octave", "loss.envelope_across_bands", "loss.envelope_level_weight",
    ];

    private static readonly string[] CheckpointKeys = ["training.save_every", "training.keep_last"];

    /// <summary>
    /// Collects every rule that is broken by keys of the right kind. The error is at the first of its keys that is written.
    /// </summary>
    public static void Check(ConfigMap root, TrainingConfig config, ConfigErrors errors)
    {
        var rules = new Rules(root, errors);
        Model(rules, config);
        Data(rules, config.Data);
        Training(rules, config);
    }

    private static void Model(Rules rules, TrainingConfig config)
    {
        Head(rules, config.Model.Encoder, "audioconfig");
        if (config.Model.Decoder is { } decoder) Head(rules, decoder, "daudioconfig");
        bool agree = rules.Whole("audioconfig.input_size") is not { } bands || rules.Whole("data.n_mels") is not { } mels || bands == mels;
        rules.Require(agree, "both are the number of bands; they must agree", "data.n_mels", "audioconfig.input_size");
        rules.Require(
            config.Mel.SampleRate <= Resampler.MaxRate, $"sound cannot be resampled to more than {Resampler.MaxRate} Hz",
            "data.sample_rate");
        rules.Require(
            config.Training.CropFrames is not { } crop || crop <= config.Model.WindowFrames,
            $"a crop of {config.Training.CropFrames} frames is longer than the {config.Model.WindowFrames} that the network sees at once",
            "data.target_length", "audioconfig.input_length");
    }

    private static void Head(Rules rules, NetworkOptions network, string section) => rules.Require(
        network.HeadWidth is not null || !rules.Has($"{section}.dim_ffn_output"),
        "dim_ffn_output has no meaning without use_ffn_output",
        $"{section}.use_ffn_output", $"{section}.dim_ffn_output");

    private static void Data(Rules rules, DataOptions data)
    {
        const string Train = "data.train_split", Validation = "data.val_split", Kind = "data.dataset_type";
        bool needsSplit = data.Kind is DataSetKind.LibriSpeech or DataSetKind.CommonVoice or DataSetKind.AudioSet;
        bool takesOne = data.Kind != DataSetKind.LibriSpeech;
        rules.Require(data.Root.Length > 0, "data.root is needed: the folder of the data set", "data.root", Kind);
        rules.Require(!needsSplit || data.TrainSplits.Length > 0, $"data.train_split is needed for {data.Kind}", Train, Kind);
        rules.Require(!takesOne || data.TrainSplits.Length <= 1, $"{data.Kind} takes one split", Train, Kind);
        rules.Require(!takesOne || data.ValidationSplits.Length <= 1, $"{data.Kind} takes one split", Validation, Kind);
        rules.Require(!data.WholeVideos || data.Kind == DataSetKind.AudioSet, "whole_videos is for audioset", "data.whole_videos", Kind);
        rules.Require(data.HoldOut is >= 0 and < 1, "must be from 0 to below 1", "data.hold_out");
        bool holdsOut = data.Kind == DataSetKind.AudioFolder && data.ValidationSplits.IsEmpty;
        rules.Require(
            holdsOut || !rules.Has("data.hold_out"), "hold_out is for audio_folder without val_split", "data.hold_out", Validation, Kind);
        rules.Require(
            data.Speeds.Length > 0 && data.Speeds.All(speed => speed is >= 0.5 and <= 2), "must be one number or more from 0.5 to 2",
            "data.speeds");
        rules.Require(
            data.MelCache == MelCachePlace.Disk || !rules.Has("data.mel_cache_dir"),
            "there are no files in mel_cache_dir without mel_cache: disk",
            "data.mel_cache_dir", "data.mel_cache");
        if (data.Kind != DataSetKind.SpeechCommands) return;
        string[] known = Enum.GetNames<SpeechCommandsSplit>();
        foreach (var (key, splits) in new[] { (Train, data.TrainSplits), (Validation, data.ValidationSplits) })
        {
            bool exist = splits.All(split => known.Contains(split, StringComparer.OrdinalIgnoreCase));
            rules.Require(exist, $"'{string.Join(", ", splits)}' is none of train, validation, test and all", key, Kind);
        }
    }

    private static void Training(Rules rules, TrainingConfig config)
    {
        bool both = rules.Has("optimizer.lr") && rules.Has("optimizer.base_lr");
        rules.Require(!both, "give one of them: lr is base_lr × data.batch_size", "optimizer.lr", "optimizer.base_lr");
        bool twice = rules.Has("optimizer.precision") && rules.Has("optimizer.use_bf16");
        rules.Require(!twice, "give one of them: use_bf16 is precision bf16", "optimizer.precision", "optimizer.use_bf16");
        foreach (string key in AdversarialKeys.Where(rules.Has))
            rules.Require(
                config.Training.Adversarial is not null, "has no meaning without a discriminator: give loss.disc_weight above 0", key);
        foreach (string key in EnvelopeKeys.Where(rules.Has))
            rules.Require(config.Training.Envelope is not null, "has no meaning without loss.envelope_weight above 0", key);
        foreach (string key in CheckpointKeys.Where(rules.Has))
            rules.Require(config.Training.Checkpoints is not null, "has no meaning without training.checkpoint_dir", key);
    }

    private sealed class Rules(ConfigMap root, ConfigErrors errors)
    {
        public bool Has(string key) => ConfigSchema.Entry(root, key) is not null;

        public int? Whole(string key) =>
            ConfigSchema.Entry(root, key) is { } entry && ConfigType.Whole.Read(entry.Value, out int value) ? value : null;

        /// <summary>Adds an error at the first of the keys that are written, unless one of them has an error of its own already.</summary>
        public void Require(bool holds, string message, params string[] keys)
        {
            if (holds) return;
            var written = keys.Where(Has).ToList();
            var section = root.Entries.GetValueOrDefault(keys[0].Split('.')[0]);
            if (written.Any(IsOfAnotherKind) || section?.Value is ConfigList or ConfigScalar { IsNull: false }) return;
            var place = written.Count > 0 ? ConfigSchema.Entry(root, written[0])!.Place : section?.Place ?? root.Place;
            errors.Add(place, $"{string.Join(", ", written.DefaultIfEmpty(keys[0]))}: {message}");
        }

        private bool IsOfAnotherKind(string key)
        {
            var entry = ConfigSchema.Entry(root, key)!;
            return ConfigSchema.Find(key).Any(known => known.Apply(new ConfigDraft(), entry.Value) is null);
        }
    }
}
