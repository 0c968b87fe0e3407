namespace AudioBsq.Decoding;

/// <summary>What a prediction missed: partitions of Rice codes or of plain integers (RFC 9639, section 9.2.7).</summary>
internal static class FlacResidual
{
    /// <summary>
    /// Fills <paramref name="residual"/> from the index <paramref name="order"/> on; before it are the samples that start the prediction.
    /// </summary>
    public static void Read(FlacBitReader reader, int order, Span<int> residual)
    {
        int method = (int)reader.Read(2), partitionOrder = (int)reader.Read(4);
        if (method > 1) throw new InvalidDataException("a residual is coded in a reserved way");
        int length = residual.Length >> partitionOrder;
        if (length << partitionOrder != residual.Length || length < order)
            throw new InvalidDataException("a block cannot be divided into its partitions");
        int parameterBits = 4 + method, escape = (1 << parameterBits) - 1;
        for (int begin = order, end = length; end <= residual.Length; begin = end, end += length)
        {
            int parameter = (int)reader.Read(parameterBits);
            if (parameter == escape) ReadPlain(reader, residual[begin..end]);
            else reader.ReadRice(parameter, residual[begin..end]);
        }
    }

    private static void ReadPlain(FlacBitReader reader, Span<int> values)
    {
        int bits = (int)reader.Read(5);
        if (bits == 0) values.Clear();
        else foreach (ref int value in values) value = (int)reader.ReadSigned(bits);
    }
}
