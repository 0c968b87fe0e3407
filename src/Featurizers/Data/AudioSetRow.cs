namespace AudioBsq.MLNet;

/// <summary>One clip of AudioSet; its properties are the columns.</summary>
internal sealed class AudioSetRow(string path, string name, string videoId, float start, float end, string[] labels)
{
    /// <summary>Full path.</summary>
    public string Path { get; } = path;

    /// <summary>Path below the folder that was searched, with '/' on every system.</summary>
    public string Name { get; } = name;

    /// <summary>The video on YouTube.</summary>
    public string VideoId { get; } = videoId;

    /// <summary>Where the clip starts in the file, in seconds.</summary>
    public float Start { get; } = start;

    /// <summary>Where the clip ends in the file, in seconds.</summary>
    public float End { get; } = end;

    /// <summary>Identifiers of its sounds, such as /m/09x0r.</summary>
    public string[] Labels { get; } = labels;
}
