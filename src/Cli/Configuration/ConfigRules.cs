using AudioBsq.MLNet;
using AudioBsq.Networks;
using AudioBsq.Quantization;

namespace AudioBsq.Cli.Configuration;

/// <summary>What keys must be together. An error stands where the first of them is written.</summary>
internal static class ConfigRules
{
    /// <summary>Collects every rule that is broken by keys which are right by themselves.</summary>
    public static void Check(ConfigMap root, ConfigDraft draft, ConfigErrors errors)
    {
        var rules = new Rules(root, errors);
        Model(rules, draft);
        Mel(rules, draft);
        Data(rules, draft);
        Training(rules, draft);
        rules.Require(!(rules.Has("optimizer.lr") && rules.Has("optimizer.base_lr")), "give one of them: lr is base_lr × data.batch_size", "optimizer.lr", "optimizer.base_lr");
    }

    private static void Model(Rules rules, ConfigDraft draft)
    {
        var (model, quantizer) = (draft.Model, draft.Quantizer);
        rules.Require(quantizer.Bits % quantizer.GroupSize == 0, $"{quantizer.Bits} bits cannot be divided into groups of {quantizer.GroupSize}", "model.embed_dim", "model.embed_group_size");
        rules.Require(quantizer.Kind == QuantizerKind.BinarySpherical || quantizer.Bits > 1, "a finite scalar code has at least 2 bits", "model.embed_dim", "model.quantizer");
        rules.Require(model.Bands % model.PatchBands == 0, $"{model.Bands} bands cannot be divided into patches of {model.PatchBands}", "audioconfig.input_size", "data.n_mels", "audioconfig.freq_patch_size", "audioconfig.patch_size");
        rules.Require(model.WindowFrames % model.PatchFrames == 0, $"{model.WindowFrames} frames cannot be divided into patches of {model.PatchFrames}", "audioconfig.input_length", "audioconfig.time_patch_size", "audioconfig.patch_size");
        rules.Require(model.ContextFrames % model.PatchFrames == 0 && 2 * model.ContextFrames < model.WindowFrames, $"a context of {model.ContextFrames} frames must be whole patches of {model.PatchFrames} and less than half of {model.WindowFrames}", "audioconfig.context_frames", "audioconfig.input_length", "audioconfig.time_patch_size", "audioconfig.patch_size");
        Network(rules, draft, draft.Encoder, "audioconfig");
        if (draft.Decoder is { } decoder && draft.Encoder.Width % draft.Encoder.Heads == 0) Network(rules, draft, decoder, "daudioconfig");
    }

    private static void Network(Rules rules, ConfigDraft draft, NetworkOptions network, string section)
    {
        rules.Require(network.Width % network.Heads == 0, $"width {network.Width} cannot be divided among {network.Heads} heads", $"{section}.width", $"{section}.heads");
        rules.Require(network.Width % network.Heads != 0 || network.Width / network.Heads % 2 == 0 || draft.Compatibility.LearnedPositions, $"{network.Width / network.Heads} channels of a head cannot be turned in pairs by rotary positions", $"{section}.width", $"{section}.heads");
        rules.Require(network.PastSteps is null || network.Mask != AttentionMask.None, "past_steps has no meaning without a mask that looks back only", $"{section}.past_steps", $"{section}.mask_type");
        rules.Require(!(network.HeadWidth is null && rules.Has($"{section}.dim_ffn_output")), "dim_ffn_output has no meaning without use_ffn_output", $"{section}.use_ffn_output", $"{section}.dim_ffn_output");
    }

    private static void Mel(Rules rules, ConfigDraft draft)
    {
        var mel = draft.Mel;
        rules.Require(!(rules.Whole("audioconfig.input_size") is { } bands && rules.Whole("data.n_mels") is { } mels && bands != mels), "both are the number of bands; they must agree", "data.n_mels", "audioconfig.input_size");
        rules.Require(mel.HopLength <= mel.FftLength, $"a hop of {mel.HopLength} leaves gaps between windows of {mel.FftLength}", "data.hop_length", "data.n_fft");
        rules.Require(mel.UpperFrequency <= mel.SampleRate / 2.0, $"{mel.UpperFrequency} Hz is more than half the sample rate {mel.SampleRate}", "data.f_max", "data.sample_rate");
        rules.Require(mel.UpperFrequency > mel.MinFrequency, $"the bands end at {mel.UpperFrequency} Hz, before they begin at {mel.MinFrequency}", "data.f_min", "data.f_max", "data.sample_rate");
        rules.Require(draft.Training.CropFrames is not { } crop || crop <= draft.Model.WindowFrames, $"a crop of {draft.Training.CropFrames} frames is longer than the {draft.Model.WindowFrames} that the network sees at once", "data.target_length", "audioconfig.input_length");
    }

    private static void Data(Rules rules, ConfigDraft draft)
    {
        var data = draft.Data;
        string name = $"{data.Kind}";
        rules.Require(data.Root.Length > 0, "data.root is needed: the folder of the data set", "data.root", "data.dataset_type");
        bool splits = data.Kind is DataSetKind.LibriSpeech or DataSetKind.CommonVoice or DataSetKind.AudioSet;
        rules.Require(!splits || data.TrainSplits.Length > 0, $"data.train_split is needed for {name}", "data.train_split", "data.dataset_type");
        rules.Require(data.Kind == DataSetKind.LibriSpeech || data.TrainSplits.Length <= 1, $"{name} takes one split", "data.train_split", "data.dataset_type");
        rules.Require(data.Kind == DataSetKind.LibriSpeech || data.ValidationSplits.Length <= 1, $"{name} takes one split", "data.val_split", "data.dataset_type");
        rules.Require(!data.WholeVideos || data.Kind == DataSetKind.AudioSet, "whole_videos is for audioset", "data.whole_videos", "data.dataset_type");
        rules.Require(data.MelCache == MelCachePlace.Disk || !rules.Has("data.mel_cache_dir"), "there are no files in mel_cache_dir without mel_cache: disk", "data.mel_cache_dir", "data.mel_cache");
        if (data.Kind != DataSetKind.SpeechCommands) return;
        foreach (string key in (string[])["data.train_split", "data.val_split"])
        {
            var given = key == "data.train_split" ? data.TrainSplits : data.ValidationSplits;
            rules.Require(given.All(split => Enum.GetNames<SpeechCommandsSplit>().Contains(split, StringComparer.OrdinalIgnoreCase)), $"'{string.Join(", ", given)}' is none of train, validation, test and all", key, "data.dataset_type");
        }
    }

    private static void Training(Rules rules, ConfigDraft draft)
    {
        foreach (string key in (string[])["loss.disc_loss", "loss.disc_start", "loss.disc_reg_freq", "loss.use_adaptive_disc_weight"])
            rules.Require(draft.Training.Adversarial is not null || !rules.Has(key), "has no meaning without a discriminator: give loss.disc_weight above 0", key);
        foreach (string key in (string[])["training.save_every", "training.keep_last"])
            rules.Require(draft.Training.Checkpoints is not null || !rules.Has(key), "has no meaning without training.checkpoint_dir", key);
        if (draft.Training.Adversarial is { } adversarial)
            rules.Require(draft.Model.Bands >= adversarial.SmallestSide, $"a discriminator needs at least {adversarial.SmallestSide} bands", "loss.disc_weight", "audioconfig.input_size", "data.n_mels");
    }

    private sealed class Rules(ConfigMap root, ConfigErrors errors)
    {
        public bool Has(string key) => ConfigSchema.Entry(root, key) is not null;

        public int? Whole(string key) => ConfigSchema.Entry(root, key) is { } entry && ConfigType.Whole(1).Read(entry.Value, out int value) ? value : null;

        /// <summary>Collects an error with those of the keys that are written, at the first of them, unless one is wrong by itself already.</summary>
        public void Require(bool holds, string message, params string[] keys)
        {
            if (holds) return;
            var written = keys.Where(Has).ToList();
            var section = root.Entries.GetValueOrDefault(keys[0].Split('.')[0]);
            if (written.Any(Wrong) || section?.Value is ConfigList or ConfigScalar { IsNull: false }) return;
            var place = written.Count > 0 ? ConfigSchema.Entry(root, written[0])!.Place : section?.Place ?? root.Place;
            errors.Add(place, $"{string.Join(", ", written.DefaultIfEmpty(keys[0]))}: {message}");
        }

        private bool Wrong(string key)
        {
            var entry = ConfigSchema.Entry(root, key)!;
            return ConfigSchema.Find(key).Any(known => known.Apply(new ConfigDraft(), entry.Value) is null);
        }
    }
}
