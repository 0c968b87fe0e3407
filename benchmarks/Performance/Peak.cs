using static TorchSharp.torch;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>The most that this machine was seen to do. Parts are compared with it.</summary>
internal sealed class Peak
{
    private const int Side = 1024, EmulatedSide = 256, CopiedBytes = 256 << 20, Tries = 10;

    private static readonly int HalfSide = InstructionSets.HasBFloat16 ? Side : EmulatedSide; // which takes its time

    private readonly double _registers, _product, _halfProduct;
    private readonly double? _rivalProduct;

    public Peak(Turns turns, Rival? rival, int threads)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var single = ones(Side, Side);
        var half = ones(HalfSide, HalfSide, ScalarType.BFloat16);
        byte[] from = new byte[CopiedBytes], to = new byte[CopiedBytes];
        Array.Fill(from, (byte)1);
        double Best(Action run) => Enumerable.Range(0, Tries).Min(_ => turns.Clock.Seconds(run));
        _registers = threads * MultiplyAdd.Operations / Best(MultiplyAdd.Run);
        _product = Product(Side) / Best(() => single.mm(single).Dispose());
        _halfProduct = Product(HalfSide) / Best(() => half.mm(half).Dispose());
        _rivalProduct = Product(Side) / Enumerable.Range(0, Tries).Min(_ => rival?.Run("product", turns.Clock.IsProcessor));
        Copy = 2.0 * CopiedBytes / Best(() => Buffer.BlockCopy(from, 0, to, 0, CopiedBytes));
    }

    /// <summary>Operations in single precision a second.</summary>
    public double Single => Math.Max(_registers, _product);

    /// <summary>Operations in bfloat16 a second.</summary>
    public double BFloat16 => _halfProduct;

    /// <summary>Bytes a second, read and written, that a copy of memory moves.</summary>
    public double Copy { get; }

    public MarkdownTable Describe()
    {
        var table = new MarkdownTable("peak", "");
        table.Add($"fp32: multiply-adds of {MultiplyAdd.Bits}-bit registers in C#", Giga(_registers, "GFLOP/s"));
        table.Add($"fp32: product of {Side} × {Side} in TorchSharp", Giga(_product, "GFLOP/s"));
        if (_rivalProduct is { } product) table.Add("fp32: the same in PyTorch", Giga(product, "GFLOP/s"));
        string emulated = InstructionSets.HasBFloat16 ? "" : " (emulated: this processor has no instructions for it)";
        table.Add($"bf16: product of {HalfSide} × {HalfSide} in TorchSharp", Giga(_halfProduct, "GFLOP/s") + emulated);
        table.Add($"copy of {CopiedBytes >> 20} MiB, read and written", Giga(Copy, "GB/s"));
        return table;
    }

    private static double Product(int side) => 2.0 * side * side * side;

    private static string Giga(double value, string unit) => $"{MarkdownTable.Figure(value / 1e9)} {unit}";
}
