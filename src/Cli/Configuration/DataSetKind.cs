namespace AudioBsq.Cli.Configuration;

/// <summary>How a data set is laid out.</summary>
internal enum DataSetKind
{
    /// <summary>Any sound files.</summary>
    AudioFolder,

    /// <summary>As LibriSpeech.</summary>
    LibriSpeech,

    /// <summary>As Common Voice.</summary>
    CommonVoice,

    /// <summary>As Speech Commands.</summary>
    SpeechCommands,

    /// <summary>As AudioSet.</summary>
    AudioSet,
}
