namespace AudioBsq.Tokens;

/// <summary>Consecutive time steps.</summary>
/// <param name="First">The first one, from 0.</param>
/// <param name="Count">Their number.</param>
public readonly record struct StepRange(long First, long Count)
{
    /// <summary>The first step after these.</summary>
    public long End => First + Count;
}
