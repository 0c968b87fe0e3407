using static TorchSharp.torch;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>The most that this machine was seen to do. Parts are compared with it.</summary>
internal sealed class Peak
{
    private const int Side = 1024, SmallSide = 256, CopiedBytes = 256 << 20, Tries = 10;

    private readonly double _registers, _product;
    private readonly double? _rivalProduct;

    public Peak(Turns turns, Rival? rival, int threads)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        byte[] from = new byte[CopiedBytes], to = new byte[CopiedBytes];
        Array.Fill(from, (byte)1);
        double Best(Action run) => Enumerable.Range(0, Tries).Min(_ => turns.Clock.Seconds(run));
        _registers = threads * MultiplyAdd.Operations / Best(MultiplyAdd.Run);
        double Product(ScalarType type, int side)
        {
            var x = ones(side, side, type);
            return ProductOperations(side) / Best(() => x.mm(x).Dispose());
        }

        _product = Product(ScalarType.Float32, Side);
        BFloat16 = Product(ScalarType.BFloat16, SmallSide);
        if (HasBFloat16) BFloat16 = Product(ScalarType.BFloat16, Side); // a large product takes long where it is emulated
        _rivalProduct = ProductOperations(Side) / Enumerable.Range(0, Tries).Min(_ => rival?.Run("product", turns.Clock.IsProcessor));
        Copy = 2.0 * CopiedBytes / Best(() => Buffer.BlockCopy(from, 0, to, 0, CopiedBytes));
    }

    /// <summary>Operations in single precision a second.</summary>
    public double Single => Math.Max(_registers, _product);

    /// <summary>Operations in bfloat16 a second.</summary>
    public double BFloat16 { get; }

    /// <summary>Whether products in bfloat16 are faster than in single precision, and not emulated.</summary>
    public bool HasBFloat16 => BFloat16 > _product;

    /// <summary>Bytes a second, read and written, that a copy of memory moves.</summary>
    public double Copy { get; }

    public MarkdownTable Describe()
    {
        var table = new MarkdownTable("peak", "");
        table.Add($"fp32: multiply-adds of {MultiplyAdd.Bits}-bit registers in C#", Giga(_registers, "GFLOP/s"));
        table.Add($"fp32: product of {Side} × {Side} in TorchSharp", Giga(_product, "GFLOP/s"));
        if (_rivalProduct is { } product) table.Add("fp32: the same in PyTorch", Giga(product, "GFLOP/s"));
        string slow = HasBFloat16 ? "" : $" (of {SmallSide} × {SmallSide}); slower than fp32, so left out below";
        table.Add("bf16: the same in TorchSharp", Giga(BFloat16, "GFLOP/s") + slow);
        table.Add($"copy of {CopiedBytes >> 20} MiB, read and written", Giga(Copy, "GB/s"));
        return table;
    }

    private static double ProductOperations(int side) => 2.0 * side * side * side;

    private static string Giga(double value, string unit) => $"{MarkdownTable.Figure(value / 1e9)} {unit}";
}
