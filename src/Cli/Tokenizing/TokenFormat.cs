namespace AudioBsq.Cli.Tokenizing;

/// <summary>How tokens are written.</summary>
internal enum TokenFormat
{
    /// <summary>Containers where the output's name ends in .absq, otherwise lines.</summary>
    Auto,

    /// <summary>JSON Lines: all clips in one file.</summary>
    Lines,

    /// <summary>One container (.absq) for each clip.</summary>
    Containers,

    /// <summary>Parquet, of a corpus.</summary>
    Parquet,

    /// <summary>Shar of Lhotse's, of a corpus.</summary>
    Shar,

    /// <summary>A tar for WebDataset, of a corpus.</summary>
    WebDataset,
}
