namespace AudioBsq.MLNet;

/// <summary>What the files of AudioSet are.</summary>
public sealed record AudioSetOptions
{
    /// <summary>
    /// Whether files named after a video alone hold all of it, so that their clip must be cut out. By default they hold the clip, as do
    /// those whose name has a time in it.
    /// </summary>
    public bool WholeVideos { get; init; }
}
