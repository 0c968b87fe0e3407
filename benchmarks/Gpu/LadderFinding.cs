namespace AudioBsq.Benchmarks.Gpu;

/// <summary>What a step found, and its measurements if it has any.</summary>
internal sealed record LadderFinding(string Text, IReadOnlyList<Speed>? Speeds = null)
{
    public static implicit operator LadderFinding(string text) => new(text);
}
