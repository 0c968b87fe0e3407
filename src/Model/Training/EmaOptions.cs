namespace AudioBsq.Training;

/// <summary>
/// An exponential moving average of the weights, which validation measures and training returns (Polyak and Juditsky 1992). Its memory
/// is short at the start: after n updates the decay is at most (1 + n) / (10 + n).
/// </summary>
public sealed record EmaOptions
{
    /// <summary>Part of the average that one step keeps, from 0 to below 1.</summary>
    public double Decay { get; init; } = 0.999;

    /// <summary>Where the average is kept: cpu, cuda or cuda:N; beside the weights when null.</summary>
    public string? Device { get; init; }

    internal void Validate() => Check.That(Decay is >= 0 and < 1, Decay, "must be from 0 to below 1", "Ema.Decay");
}
