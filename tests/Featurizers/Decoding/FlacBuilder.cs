using System.Security.Cryptography;
using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>How a test wants one subframe written.</summary>
/// <param name="Type">constant, verbatim, fixed or linear.</param>
/// <param name="Order">Samples a prediction starts from.</param>
/// <param name="Wasted">Low bits that are 0 in every sample and left out.</param>
/// <param name="PartitionOrder">2 to this power partitions.</param>
/// <param name="Parameter">Rice parameter, or null: plain numbers of 31 bits behind an escape code.</param>
/// <param name="LongParameters">Rice parameters of 5 bits.</param>
internal sealed record FlacSubframePlan(
    string Type, int Order = 0, int Wasted = 0, int PartitionOrder = 0, int? Parameter = 8, bool LongParameters = false);

/// <summary>Writes FLAC files that no encoder would, straight from RFC 9639.</summary>
internal sealed class FlacBuilder(int rate, int channels, int bits)
{
    private static readonly int[][] Fixed = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

    private readonly List<byte> _frames = [];
    private readonly List<byte> _md5Input = [];
    private long _samples;

    /// <summary>Left out of the stream header where false.</summary>
    public bool DeclaresLength { get; init; } = true;

    /// <summary>All zeros in the stream header where false.</summary>
    public bool DeclaresMd5 { get; init; } = true;

    /// <summary>Everything that was added, interleaved, as a decoder should give it.</summary>
    public List<float> Expected { get; } = [];

    /// <summary>
    /// Adds a block. Assignments: null independent, 8 left and side, 9 side and right, 10 mid and side. One plan serves all channels.
    /// </summary>
    public FlacBuilder Add(int[][] samples, FlacSubframePlan plan, int? assignment = null)
    {
        int length = samples[0].Length;
        var writer = new BitWriter();
        writer.Write(0xFFF9, 16); // the block size varies, so the number counts samples
        writer.Write(7 << 4, 8);
        writer.Write((uint)((assignment ?? channels - 1) << 4), 8);
        writer.WriteCoded(_samples);
        writer.Write((uint)length - 1, 16);
        writer.Write(FlacCrc.Crc8(writer.ToArray()), 8);
        for (int c = 0; c < channels; c++)
        {
            bool side = assignment is not null && c == (assignment == 9 ? 0 : 1);
            long[] values = [.. Enumerable.Range(0, length).Select(i => (assignment, c) switch
            {
                (8 or 10, 1) or (9, 0) => (long)samples[0][i] - samples[1][i],
                (10, 0) => ((long)samples[0][i] + samples[1][i]) >> 1,
                _ => samples[c][i],
            })];
            WriteSubframe(writer, values, bits + (side ? 1 : 0), plan);
        }

        writer.Align();
        ushort crc = FlacCrc.Crc16(0, writer.ToArray());
        writer.Write(crc, 16);
        _frames.AddRange(writer.ToArray());
        _samples += length;
        for (int i = 0; i < length; i++)
        {
            for (int c = 0; c < channels; c++)
            {
                Expected.Add((float)(samples[c][i] / (double)(1L << (bits - 1))));
                for (int b = 0; b < bits; b += 8) _md5Input.Add((byte)(samples[c][i] >> b));
            }
        }

        return this;
    }

    public byte[] Build()
    {
        var writer = new BitWriter();
        writer.Write(0x664C6143, 32);
        writer.Write(0x80000022, 32);
        writer.Write(16, 16);
        writer.Write(65535, 16);
        writer.Write(0, 24);
        writer.Write(0, 24);
        writer.Write((uint)rate, 20);
        writer.Write((uint)channels - 1, 3);
        writer.Write((uint)bits - 1, 5);
        writer.Write(0, 4);
        writer.Write(DeclaresLength ? (uint)_samples : 0, 32);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData([.. _md5Input]);
        byte[] md5 = DeclaresMd5 ? hash.GetHashAndReset() : new byte[16];
        return [.. writer.ToArray(), .. md5, .. _frames];
    }

    private static void WriteSubframe(BitWriter writer, long[] values, int bits, FlacSubframePlan plan)
    {
        int type = plan.Type switch { "constant" => 0, "verbatim" => 1, "fixed" => 8 + plan.Order, _ => 31 + plan.Order };
        writer.Write((uint)(type << 1 | (plan.Wasted > 0 ? 1 : 0)), 8);
        if (plan.Wasted > 0) writer.WriteRun(plan.Wasted - 1);
        bits -= plan.Wasted;
        values = [.. values.Select(value => value >> plan.Wasted)];
        int plain = plan.Type switch { "constant" => 1, "verbatim" => values.Length, _ => plan.Order };
        for (int i = 0; i < plain; i++) writer.WriteSigned(values[i], bits);
        if (plan.Type is "constant" or "verbatim") return;

        // A linear predictor for tests: the previous sample, a little of the others; newest first.
        int[] coefficients = plan.Type == "fixed" ? Fixed[plan.Order] :
        [
            .. Enumerable.Range(0, plan.Order).Select(j => j == 0 ? 900 : (j * 37 % 64) - 32),
        ];
        int shift = plan.Type == "fixed" ? 0 : 10;
        if (plan.Type == "linear")
        {
            writer.Write(11 - 1, 4);
            writer.WriteSigned(shift, 5);
            foreach (int coefficient in coefficients) writer.WriteSigned(coefficient, 11);
        }

        writer.Write(plan.LongParameters ? 1u : 0, 2);
        writer.Write((uint)plan.PartitionOrder, 4);
        int partition = values.Length >> plan.PartitionOrder, parameterBits = plan.LongParameters ? 5 : 4;
        for (int i = plan.Order; i < values.Length; i++)
        {
            if (i == plan.Order || i % partition == 0)
            {
                writer.Write((uint)(plan.Parameter ?? (1 << parameterBits) - 1), parameterBits);
                if (plan.Parameter is null) writer.Write(31, 5);
            }

            long prediction = 0;
            for (int j = 0; j < coefficients.Length; j++) prediction += coefficients[j] * values[i - 1 - j];
            long residual = values[i] - (prediction >> shift);
            if (plan.Parameter is { } parameter) writer.WriteRice(residual, parameter);
            else writer.WriteSigned(residual, 31);
        }
    }

    private sealed class BitWriter
    {
        private readonly List<byte> _bytes = [];
        private int _free;

        public byte[] ToArray() => [.. _bytes];

        public void Write(uint value, int count)
        {
            for (int bit = count - 1; bit >= 0; bit--)
            {
                if (_free == 0) _bytes.Add(0);
                _free = _free == 0 ? 7 : _free - 1;
                _bytes[^1] |= (byte)((value >> bit & 1) << _free);
            }
        }

        public void WriteSigned(long value, int count)
        {
            Assert.InRange(value, -(1L << (count - 1)), (1L << (count - 1)) - 1);
            if (count > 32) Write((uint)(value >> 32), count - 32);
            Write((uint)value, Math.Min(count, 32));
        }

        public void WriteRun(int zeros)
        {
            for (int i = 0; i < zeros; i++) Write(0, 1);
            Write(1, 1);
        }

        public void WriteRice(long value, int parameter)
        {
            long folded = value >= 0 ? 2 * value : -2 * value - 1;
            WriteRun((int)(folded >> parameter));
            Write((uint)(folded & ((1L << parameter) - 1)), parameter);
        }

        /// <summary>UTF-8's scheme, for numbers below 2^36.</summary>
        public void WriteCoded(long number)
        {
            int more = 0;
            while (number >= (more == 0 ? 1 << 7 : 1L << (5 * more + 6))) more++;
            Write(more == 0 ? (uint)number : (uint)(0xFF << (7 - more) & 0xFF | (int)(number >> (6 * more))), 8);
            for (int i = more - 1; i >= 0; i--) Write((uint)(0x80 | (int)(number >> (6 * i) & 0x3F)), 8);
        }

        public void Align() => _free = 0;
    }
}
