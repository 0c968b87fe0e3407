namespace AudioBsq.Metrics;

/// <summary>Which values of a measure mean better sound.</summary>
public enum MetricDirection
{
    /// <summary>Higher ones.</summary>
    Higher,

    /// <summary>Lower ones.</summary>
    Lower,

    /// <summary>Those nearer to zero, of both signs.</summary>
    NearerToZero,
}
