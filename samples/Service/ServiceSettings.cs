using System.ComponentModel.DataAnnotations;

namespace Service;

/// <summary>What one client, and all together, may ask for. What is over a limit is refused with 413 or 429.</summary>
internal sealed record ServiceSettings
{
    /// <summary>The model: speech900, speech450, or speech900-causal, whose live tokens come at once.</summary>
    public string Model { get; init; } = "speech900";

    /// <summary>Bytes of an upload.</summary>
    [Range(1_000, 1 << 30)]
    public int MaxUploadBytes { get; init; } = 16 << 20;

    /// <summary>Seconds of sound in an upload, however well it is compressed.</summary>
    [Range(1, 3_600)]
    public int MaxSeconds { get; init; } = 120;

    /// <summary>Uploads at a time, those that are still coming in included.</summary>
    [Range(1, 10_000)]
    public int MaxUploads { get; init; } = 16;

    /// <summary>Live streams at a time.</summary>
    [Range(1, 10_000)]
    public int MaxStreams { get; init; } = 8;

    /// <summary>Seconds of sound in a live stream.</summary>
    [Range(1, 86_400)]
    public int MaxStreamSeconds { get; init; } = 600;

    /// <summary>Seconds that a live stream may send nothing.</summary>
    [Range(1, 3_600)]
    public int MaxIdleSeconds { get; init; } = 30;

    /// <summary>Seconds that an answer may take, its upload and its wait for a free core included.</summary>
    [Range(1, 3_600)]
    public int MaxAnswerSeconds { get; init; } = 60;
}
