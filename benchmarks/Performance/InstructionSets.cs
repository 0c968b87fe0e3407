using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>What the processor says that it can do, whatever programs are told to use (CPUID leaves 1 and 7).</summary>
internal static class InstructionSets
{
    private static readonly (int Eax, int Ebx, int Ecx, int Edx) Features = Leaf(7, 0), More = Leaf(7, 1);

    /// <summary>Those that matter for products, in ascending order.</summary>
    public static string Names { get; } = string.Join(", ", All().Where(set => set.There).Select(set => set.Name));

    private static IEnumerable<(string Name, bool There)> All() =>
    [
        (RuntimeInformation.ProcessArchitecture.ToString(), !X86Base.IsSupported),
        ("AVX2", Bit(Features.Ebx, 5)),
        ("AVX-512", Bit(Features.Ebx, 16)),
        ("AVX512-BF16", Bit(More.Eax, 5)),
        ("AMX-BF16", Bit(Features.Edx, 22)),
    ];

    private static (int Eax, int Ebx, int Ecx, int Edx) Leaf(int leaf, int part) =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= leaf && (part == 0 || X86Base.CpuId(leaf, 0).Eax >= part)
            ? X86Base.CpuId(leaf, part)
            : default;

    private static bool Bit(int register, int bit) => (register & (1 << bit)) != 0;
}
