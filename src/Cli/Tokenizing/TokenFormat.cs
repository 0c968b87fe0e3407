namespace AudioBsq.Cli.Tokenizing;

/// <summary>How tokens are written.</summary>
internal enum TokenFormat
{
    /// <summary>As containers where the output's name ends so, as lines otherwise.</summary>
    Auto,

    /// <summary>JSON Lines: all clips in one file.</summary>
    Lines,

    /// <summary>One container (.absq) for each clip.</summary>
    Containers,
}
