namespace AudioBsq.Benchmarks.Gpu;

/// <summary>What became of a step.</summary>
internal enum LadderOutcome
{
    /// <summary>It begins: if nothing follows, the process ended in it.</summary>
    Begun,

    /// <summary>It did what it should.</summary>
    Passed,

    /// <summary>It did not.</summary>
    Failed,
}
