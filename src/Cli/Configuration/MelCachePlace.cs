namespace AudioBsq.Cli.Configuration;

/// <summary>Where mel spectrograms are kept from one pass over the data to the next. The weights do not depend on it.</summary>
public enum MelCachePlace
{
    /// <summary>In memory: the fastest, for data that fits.</summary>
    Memory,

    /// <summary>In files, which later runs on the same data use too.</summary>
    Disk,

    /// <summary>Nowhere: sound is decoded anew on every pass.</summary>
    None,
}
