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
}
