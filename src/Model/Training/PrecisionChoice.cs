using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>The precision that a run computes in, and why; the reason is null where nobody needs to know.</summary>
internal sealed record PrecisionChoice(TrainingPrecision Precision, string? Reason)
{
    private const double WorthIt = 0.8; // casts take a part of what products gain

    /// <summary>
    /// What <see cref="TrainingPrecision.Auto"/> stands for here. bfloat16 that was asked for is not refused where it is slow: the reason
    /// then says how slow.
    /// </summary>
    public static PrecisionChoice Of(TrainingPrecision asked, Device device) =>
        Of(asked, device.type == DeviceType.CPU, HasBFloat16, Ratio);

    /// <summary>The same for any processor.</summary>
    /// <param name="asked">The option.</param>
    /// <param name="onProcessor">Whether training is on the processor, and not on a graphics card.</param>
    /// <param name="hasBFloat16">Whether the processor has instructions for bfloat16.</param>
    /// <param name="ratio">Measures the time of a product in bfloat16 as a part of that in single precision.</param>
    public static PrecisionChoice Of(TrainingPrecision asked, bool onProcessor, bool hasBFloat16, Func<double> ratio)
    {
        bool auto = asked == TrainingPrecision.Auto;
        if (!onProcessor)
            return auto ? new(TrainingPrecision.Full, "Precision: single, since Auto decides for processors only.") : new(asked, null);
        if (asked == TrainingPrecision.Full || (hasBFloat16 && !auto)) return new(asked, null);
        if (auto && !hasBFloat16)
            return new(TrainingPrecision.Full, "Precision: single, since this processor has no instructions for bfloat16.");

        double measured = ratio();
        string factor = FormattableString.Invariant($"a product in bfloat16 takes {measured:0.0#} times as long as in single precision");
        if (!auto)
            return new(asked, $"Warning: bfloat16 is emulated on this processor, where {factor}. Precision Auto or Full avoids that.");
        return measured < WorthIt
            ? new(TrainingPrecision.BFloat16, $"Precision: bfloat16, since {factor}.")
            : new(TrainingPrecision.Full, $"Precision: single, since {factor}.");
    }

    // CPUID 7: AMX-BF16 is bit 22 of EDX in leaf 0, AVX512-BF16 bit 5 of EAX in leaf 1.
    private static bool HasBFloat16 =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7
        && ((X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0 || (X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0));

    private static double Ratio() => ProductTime.Of(ScalarType.BFloat16, CPU) / ProductTime.Of(ScalarType.Float32, CPU);
}
