using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Cli.Configuration;

/// <summary>Keys of the section data: the clips, and the mel spectrogram made of them.</summary>
internal static class DataKeys
{
    private const string Section = "data";

    private static readonly ConfigType<DataSetKind> Kind = ConfigType.Choice(
        ("audio_folder", DataSetKind.AudioFolder), ("librispeech", DataSetKind.LibriSpeech), ("common_voice", DataSetKind.CommonVoice),
        ("speech_commands", DataSetKind.SpeechCommands), ("audioset", DataSetKind.AudioSet));

    private static readonly ConfigType<MelCachePlace> Cache =
        ConfigType.Choice(("memory", MelCachePlace.Memory), ("disk", MelCachePlace.Disk), ("none", MelCachePlace.None));

    private static readonly ConfigType<MelLevel> Level = ConfigType.Choice(
        ("full_scale", MelLevel.FullScale), ("file_maximum", MelLevel.FileMaximum), ("natural_log", MelLevel.NaturalLog),
        ("power", MelLevel.Power));

    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        Clips("dataset_type", Kind, "audio_folder", "How the data set is laid out.", (d, v) => d with { Kind = v }),
        Clips("root", ConfigType.Text, "needed",
            "Its folder; a relative one starts from the current folder.",
            (d, v) => d with { Root = v }),
        Clips("train_split", ConfigType.Texts, "the whole folder",
            "What to train on: a folder in root (audio_folder, librispeech, which takes several), a table (common_voice), train, "
            + "validation, test or all (speech_commands), or the path of a segments table in root (audioset).",
            (d, v) => d with { TrainSplits = [.. v] }),
        Clips("val_split", ConfigType.Texts.OrNone(), "null",
            "What to measure on, in the same way; null is the clips of hold_out.",
            (d, v) => d with { ValidationSplits = v is null ? [] : [.. v] }),
        Clips("hold_out", ConfigType.Number, "0.05",
            "audio_folder without val_split: share of the clips that are measured on and not trained on, chosen by their names; 0 is none. "
            + "Where root has the folders train and val (or training; valid, validation, dev) and there is no train_split either, "
            + "these are taken instead.",
            (d, v) => d with { HoldOut = v }),
        Clips("whole_videos", ConfigType.Flag, "false",
            "audioset: files named after a video alone hold all of it.",
            (d, v) => d with { WholeVideos = v }),
        Clips("speeds", ConfigType.Numbers, "[1]",
            "How many times as fast, and as much higher, each clip is trained on, from 0.5 to 2, once at each of them: [0.9, 1, 1.1] is "
            + "speed perturbation.",
            (d, v) => d with { Speeds = [.. v] }),
        Clips("mel_cache", Cache, "memory",
            "Where mel spectrograms are kept from one pass to the next: in memory, on disk, which later runs on the same clips use "
            + "too, or nowhere.",
            (d, v) => d with { MelCache = v }),
        Clips("mel_cache_dir", ConfigType.Text, "the folder of the run",
            "Folder of the files of mel_cache: disk, 184 MB for an hour of clips at the defaults; a relative one starts from the "
            + "folder of the run.",
            (d, v) => d with { MelCacheFolder = v }),
        Mel("sample_rate", ConfigType.Whole, "16000",
            "Samples per second; sound of another rate is resampled.",
            (m, v) => m with { SampleRate = v }),
        ConfigKey.Of(Section, "n_mels", ConfigType.Whole, "128",
            "Mel bands; the same as audioconfig.input_size, which follows it.",
            (draft, v) => draft with { Model = draft.Model with { Bands = v }, Mel = draft.Mel with { Bands = v } }),
        Mel("n_fft", ConfigType.Whole, "1024", "Samples of a window: a power of two.", (m, v) => m with { FftLength = v }),
        Mel("extra_windows", ConfigType.Wholes, "[]",
            "Samples of further windows at the same hop, up to n_fft each, for audioconfig.input_scales and loss.scale_weight.",
            (m, v) => m with { ExtraWindows = [.. v] }),
        Mel("hop_length", ConfigType.Whole, "160", "Samples from one window to the next.", (m, v) => m with { HopLength = v }),
        Mel("f_min", ConfigType.Number, "0", "Lower edge of the lowest band, in Hz.", (m, v) => m with { MinFrequency = v }),
        Mel("f_max", ConfigType.Number.OrNull(), "null",
            "Upper edge of the highest band, in Hz; null is half of sample_rate.",
            (m, v) => m with { MaxFrequency = v }),
        Mel("mel_scale", ConfigType.Choice(("htk", MelScale.Htk), ("slaney", MelScale.Slaney)), "htk",
            "How hertz map to mel.",
            (m, v) => m with { Scale = v }),
        Mel("mel_norm", ConfigType.Choice(("none", MelNorm.None), ("slaney", MelNorm.Slaney)), "none",
            "Area normalisation of the bands.",
            (m, v) => m with { Norm = v }),
        Mel("mel_level", Level, "full_scale",
            "What the values are: decibels against a full-scale sine, decibels with a floor below the file's maximum, logarithm or power.",
            (m, v) => m with { Level = v }),
        Mel("top_db", ConfigType.Number, "80",
            "Decibels from the floor to the reference, above 0.",
            (m, v) => m with { FloorDecibels = (float)-v }),
        ConfigKey.Of(Section, "clamp_range", ConfigType.Pair, "[-80, 0]",
            "Lowest and highest level of the model.",
            (draft, v) => draft with { Model = draft.Model with { MinLevel = (float)v.First, MaxLevel = (float)v.Second } }),
        Training("target_length", ConfigType.Whole.OrNull(), "null",
            "Frames of a training crop; null is audioconfig.input_length.",
            (t, v) => t with { CropFrames = v }),
        Training("crop_candidates", ConfigType.Whole, "1",
            "Random crops of which the loudest is trained on; with more than one, pauses are rarer.",
            (t, v) => t with { CropCandidates = v }),
        Training("prefetch", ConfigType.Whole, "64",
            "Clips that are read ahead of the network on a thread of its own, in 64 MB at most; 0 is none. The weights do not depend "
            + "on it.",
            (t, v) => t with { ReadAheadClips = v }),
        Training("batch_size", ConfigType.Whole, "16", "Clips in one step.", (t, v) => t with { BatchSize = v }),
    ];

    private static ConfigKey Clips<T>(
        string name, ConfigType<T> type, string otherwise, string meaning, Func<DataOptions, T, DataOptions> apply) =>
        ConfigKey.Of(Section, name, type, otherwise, meaning, (draft, value) => draft with { Data = apply(draft.Data, value) });

    private static ConfigKey Mel<T>(
        string name, ConfigType<T> type, string otherwise, string meaning, Func<MelOptions, T, MelOptions> apply) =>
        ConfigKey.Of(Section, name, type, otherwise, meaning, (draft, value) => draft with { Mel = apply(draft.Mel, value) });

    private static ConfigKey Training<T>(
        string name, ConfigType<T> type, string otherwise, string meaning, Func<TrainingOptions, T, TrainingOptions> apply) =>
        ConfigKey.Of(Section, name, type, otherwise, meaning, (draft, value) => draft with { Training = apply(draft.Training, value) });
}
