namespace AudioBsq.Training;

/// <summary>
/// An exponential moving average of the weights, which validation uses and training returns (Polyak and Juditsky 1992). It starts with
/// little decay: at most (1 + n) / (10 + n) after n updates.
/// </summary>
public sealed record EmaOptions
{
    /// <summary>Part of the average that is kept at each step, from 0 to below 1.</summary>
    public double Decay { get; init; } = 0.999;

    /// <summary>Device of the average: cpu, cuda or cuda:N; that of the weights when null.</summary>
    public string? Device { get; init; }

    internal void Validate() => Check.That(Decay is >= 0 and < 1, Decay, "must be from 0 to below 1", "Ema.Decay");
}
