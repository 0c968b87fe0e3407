namespace AudioBsq.MLNet;

/// <summary>How sound files become waveforms. Channels are always averaged to one.</summary>
public sealed record AudioLoadingOptions
{
    /// <summary>Samples per second of every waveform, in Hz; files of another rate are resampled.</summary>
    public int SampleRate { get; init; } = 16_000;

    /// <summary>
    /// Length of every waveform: longer sound is cut, shorter sound padded with silence, and the columns made from it have a known size, as
    /// ML.NET's trainers need it. As long as the sound when null.
    /// </summary>
    public double? Seconds { get; init; }

    /// <summary>Folder that relative paths start from; the current folder of the process when null.</summary>
    public string? Folder { get; init; }

    /// <summary>What becomes of a row whose sound cannot be read.</summary>
    public LoadErrorHandling OnError { get; init; } = LoadErrorHandling.Throw;

    /// <summary>
    /// Name of a text column with the reason why a row's sound could not be read, empty for the others; none when null.
    /// Needs <see cref="LoadErrorHandling.EmptyWaveform"/>.
    /// </summary>
    public string? ErrorColumn { get; init; }

    /// <summary>
    /// Column (Single) with the second at which a row's part of the file starts, and NaN for its beginning; the beginning when null. What
    /// lies before is decoded but not kept.
    /// </summary>
    public string? StartColumn { get; init; }

    /// <summary>
    /// Column (Single) with the second at which a row's part of the file ends, and NaN for its end; the end when null, or when the file
    /// is shorter. What lies after is not read.
    /// </summary>
    public string? EndColumn { get; init; }

    /// <summary>
    /// Column (Single) with how many times as fast a row's sound is played, and as much higher, from 0.5 to 2, and NaN for as it is; all
    /// as they are when null. Training on each recording at 0.9, 1 and 1.1 is speed perturbation (Ko et al. 2015, Audio Augmentation for
    /// Speech Recognition, section 2). <see cref="Seconds"/> are of the result, start and end of the file.
    /// </summary>
    public string? SpeedColumn { get; init; }

    /// <summary>Samples of every waveform; 0 where they may differ.</summary>
    internal int Samples => ClipLength.Of(Seconds, SampleRate);

    internal void Validate()
    {
        Check.Positive(SampleRate);
        ClipLength.Check(Seconds, SampleRate);
        Check.That(Folder is not "", Folder, "must be null or a folder");
        Check.That(Enum.IsDefined(OnError), OnError, "must be a defined handling");
        Check.That(ErrorColumn is not "", ErrorColumn, "must be null or a name");
        Check.That(StartColumn is not "", StartColumn, "must be null or a name");
        Check.That(EndColumn is not "", EndColumn, "must be null or a name");
        Check.That(SpeedColumn is not "", SpeedColumn, "must be null or a name");
        Check.That(
            ErrorColumn is null || OnError == LoadErrorHandling.EmptyWaveform,
            ErrorColumn,
            "needs OnError = EmptyWaveform: with Throw there is no row to put the reason in");
    }
}
