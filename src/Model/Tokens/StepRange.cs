namespace AudioBsq.Tokens;

/// <summary>Time steps that follow each other.</summary>
/// <param name="First">The first one, from 0.</param>
/// <param name="Count">How many.</param>
public readonly record struct StepRange(long First, long Count)
{
    /// <summary>The first step after these.</summary>
    public long End => First + Count;
}
