using System.Numerics;

namespace AudioBsq.Decoding;

/// <summary>One channel of one block: a constant, plain samples, or a prediction and what it missed (RFC 9639, section 9.2).</summary>
internal static class FlacSubframe
{
    private const int HighestOrder = 32;

    // Fixed predictors are linear ones with binomial coefficients and no shift (section 9.2.5); the oldest sample comes first here.
    private static readonly int[][] FixedCoefficients = [[], [1], [-1, 2], [1, -3, 3], [-1, 4, -6, 4]];

    /// <summary>
    /// Decodes <paramref name="samples"/>.Length samples of <paramref name="bits"/> bits: as <see cref="int"/>, or as
    /// <see cref="long"/> for the 33 bits of a side channel. <paramref name="residual"/> is room of the same length.
    /// </summary>
    public static void Read<T>(FlacBitReader reader, int bits, Span<T> samples, Span<int> residual)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (reader.Read(1) != 0) throw new InvalidDataException("a subframe has a reserved bit");
        int type = (int)reader.Read(6);
        int wasted = reader.Read(1) != 0 ? reader.ReadRun() + 1 : 0;
        if (wasted >= bits) throw new InvalidDataException("a subframe wastes all its bits");
        bits -= wasted;
        switch (type)
        {
            case 0:
                samples.Fill(T.CreateTruncating(reader.ReadSigned(bits)));
                break;
            case 1:
                foreach (ref T sample in samples) sample = T.CreateTruncating(reader.ReadSigned(bits));
                break;
            case >= 8 and <= 12:
                ReadWarmUp(reader, bits, type - 8, samples);
                FlacResidual.Read(reader, type - 8, residual);
                FlacPredictor.Restore(FixedCoefficients[type - 8], shift: 0, residual, samples, bits);
                break;
            case >= 32:
                ReadLinear(reader, bits, type - 31, samples, residual);
                break;
            default:
                throw new InvalidDataException("a subframe is of a reserved type");
        }

        if (wasted > 0)
        {
            foreach (ref T sample in samples) sample <<= wasted;
        }
    }

    private static void ReadLinear<T>(FlacBitReader reader, int bits, int order, Span<T> samples, Span<int> residual)
        where T : unmanaged, IBinaryInteger<T>
    {
        ReadWarmUp(reader, bits, order, samples);
        int precision = (int)reader.Read(4) + 1, shift = (int)reader.ReadSigned(5);
        if (precision == 16 || shift < 0) throw new InvalidDataException("a predictor has a forbidden precision or shift");
        Span<int> coefficients = stackalloc int[HighestOrder];
        coefficients = coefficients[..order];
        for (int i = order - 1; i >= 0; i--) coefficients[i] = (int)reader.ReadSigned(precision);
        FlacResidual.Read(reader, order, residual);
        FlacPredictor.Restore(coefficients, shift, residual, samples, bits);
    }

    private static void ReadWarmUp<T>(FlacBitReader reader, int bits, int order, Span<T> samples)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (order > samples.Length) throw new InvalidDataException("a predictor is longer than its block");
        foreach (ref T sample in samples[..order]) sample = T.CreateTruncating(reader.ReadSigned(bits));
    }
}
