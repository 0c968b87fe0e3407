using AudioBsq.Quantization;

namespace QuantizerComparison;

/// <summary>One way to quantize, and what the tables call it.</summary>
internal sealed record Setup(string Name, QuantizerOptions Options)
{
    private static QuantizerOptions Binary { get; } = new() { Bits = 18 };

    /// <summary>Binary spherical and finite scalar quantization at 9 and at 18 bits, each with its defaults.</summary>
    public static Setup[] Quantizers { get; } =
    [
        new("BSQ, 9 bits", new QuantizerOptions { Bits = 9 }),
        new("FSQ, 9 bits (8·8·8)", new QuantizerOptions { Bits = 9, Kind = QuantizerKind.FiniteScalar }),
        new("BSQ, 18 bits", Binary),
        new("FSQ, 18 bits (8·8·8·8·8·8)", new QuantizerOptions { Bits = 18, Kind = QuantizerKind.FiniteScalar }),
    ];

    /// <summary>The loss divides the entropy terms by the inverse temperature, so their true weight is the ratio of the two.</summary>
    public static Setup[] EntropySettings { get; } =
    [
        new("no entropy terms", Binary with { EntropyWeight = 0 }),
        new("inverse temperature 1, weight 1", Binary with { InverseTemperature = 1 }),
        new("inverse temperature 10, weight 1", Binary with { InverseTemperature = 10 }),
        new("inverse temperature 10, weight 10", Binary with { InverseTemperature = 10, EntropyWeight = 10 }),
        new("inverse temperature 100, weight 1", Binary with { InverseTemperature = 100 }),
        new("inverse temperature 100, weight 10", Binary with { InverseTemperature = 100, EntropyWeight = 10 }),
        new("inverse temperature 100, weight 100", Binary with { InverseTemperature = 100, EntropyWeight = 100 }),
    ];
}
