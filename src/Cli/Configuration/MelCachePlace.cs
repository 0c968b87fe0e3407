namespace AudioBsq.Cli.Configuration;

/// <summary>Where mel spectrograms are cached between passes over the data. The trained weights do not depend on it.</summary>
internal enum MelCachePlace
{
    /// <summary>In memory: the fastest, for data that fits.</summary>
    Memory,

    /// <summary>In files, which later runs on the same data use again.</summary>
    Disk,

    /// <summary>Nowhere: sound is decoded again on every pass.</summary>
    None,
}
