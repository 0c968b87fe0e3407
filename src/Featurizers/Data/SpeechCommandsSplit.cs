namespace AudioBsq.MLNet;

/// <summary>A part of Speech Commands, as the data set's own lists divide it.</summary>
public enum SpeechCommandsSplit
{
    /// <summary>What is in neither list.</summary>
    Train,

    /// <summary>What validation_list.txt names.</summary>
    Validation,

    /// <summary>What testing_list.txt names.</summary>
    Test,

    /// <summary>Everything, whether listed or not.</summary>
    All,
}
