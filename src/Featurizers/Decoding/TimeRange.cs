namespace AudioBsq.Decoding;

/// <summary>A part of a sound, in seconds.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="End">Where it ends; with the sound when null or later than that.</param>
internal readonly record struct TimeRange(double Start, double? End)
{
    /// <summary>From 0 on, finite, and not empty.</summary>
    public bool IsValid => double.IsFinite(Start) && Start >= 0 && (End is null || (double.IsFinite(End.Value) && End > Start));
}
