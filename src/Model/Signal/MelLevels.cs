using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace AudioBsq.Signal;

/// <summary>From power to the unit of <see cref="MelOptions.Level"/> and back.</summary>
internal static class MelLevels
{
    /// <summary>More than the power of any waveform.</summary>
    public const float MaxPower = 1e30f;

    private const float MinPower = 1e-10f; // the reference's
    private const float SilentAbove = 6, FullAbove = 9; // in dB

    /// <summary>Replaces powers by levels. With <see cref="MelLevel.FileMaximum"/> the values are those of one whole file.</summary>
    public static void FromPower(Span<float> values, MelOptions options)
    {
        if (values.IsEmpty) return;
        if (values.Length < Vector128<float>.Count)
        {
            // Fewer than a vector would be computed one by one, with other rounding: a level must not depend on the number of values.
            Span<float> filled = stackalloc float[Vector128<float>.Count];
            filled.Fill(values[0]);
            values.CopyTo(filled);
            FromPower(filled, options);
            filled[..values.Length].CopyTo(values);
            return;
        }

        switch (options.Level)
        {
            case MelLevel.FullScale:
                ToDecibels(values); // −∞ for silence, until the floor is applied
                TensorPrimitives.Subtract(values, Reference(options), values);
                TensorPrimitives.Max(values, options.FloorDecibels, values);
                break;
            case MelLevel.FileMaximum:
                TensorPrimitives.Max(values, MinPower, values);
                ToDecibels(values);
                TensorPrimitives.Max(values, TensorPrimitives.Max<float>(values) + options.FloorDecibels, values);
                break;
            case MelLevel.NaturalLog:
                TensorPrimitives.Add(values, 1e-9f, values);
                TensorPrimitives.Log(values, values);
                break;
        }
    }

    /// <summary>
    /// Replaces the levels of whole frames by powers. A level at or below <paramref name="floor"/> (see <see cref="FloorOf"/>) is silence.
    /// So is a frame whose loudest band is up to 6 dB above a fixed floor; it has its full power from 9 dB on. For 128 bands that are each
    /// a little above the floor would otherwise be noise of −56 dBFS, which is what a tokenizer makes of digital silence.
    /// </summary>
    /// <exception cref="ArgumentException">A level is not finite, or too high for any waveform.</exception>
    public static void ToPower(Span<float> mel, MelOptions options, float floor)
    {
        for (int frame = 0; options.Level == MelLevel.FullScale && frame < mel.Length; frame += options.Bands)
            Fade(mel.Slice(frame, options.Bands), floor);
        double reference = options.Level == MelLevel.FullScale ? Reference(options) : 0;
        for (int i = 0; i < mel.Length; i++)
        {
            double level = mel[i], power = options.Level switch
            {
                MelLevel.NaturalLog => Math.Max(Math.Exp(level) - 1e-9, 0),
                MelLevel.Power => Math.Max(level, 0),
                _ => level <= floor ? 0 : Math.Pow(10, (level + reference) / 10),
            };
            if (!(power <= MaxPower) || !double.IsFinite(level))
                throw new ArgumentException($"A mel of {mel[i]} is no level of a sound ({options.Level}).", nameof(mel));
            mel[i] = (float)power;
        }
    }

    /// <summary>The level that means silence in a whole mel spectrogram; NaN for conventions without one.</summary>
    public static float FloorOf(ReadOnlySpan<float> mel, MelOptions options) => options.Level switch
    {
        MelLevel.FullScale => options.FloorDecibels,
        MelLevel.FileMaximum when !mel.IsEmpty => Math.Max(-100, TensorPrimitives.Max<float>(mel) + options.FloorDecibels),
        _ => float.NaN,
    };

    // NaN and infinity stay, to be refused.
    private static void Fade(Span<float> frame, float floor)
    {
        float above = TensorPrimitives.Max<float>(frame) - floor;
        if (above >= FullAbove || !float.IsFinite(above)) return;
        float gain = Math.Max(above - SilentAbove, 0) / (FullAbove - SilentAbove);
        TensorPrimitives.Add(frame, 20 * MathF.Log10(gain), frame);
        TensorPrimitives.Max(frame, floor, frame);
    }

    private static void ToDecibels(Span<float> values)
    {
        TensorPrimitives.Log2(values, values); // four times as fast as Log10
        TensorPrimitives.Multiply(values, (float)(10 * Math.Log10(2)), values);
    }

    // The bin power of a full-scale sine through a Hann window, in decibels.
    private static float Reference(MelOptions options) => (float)(20 * Math.Log10(options.FftLength / 4.0));
}
