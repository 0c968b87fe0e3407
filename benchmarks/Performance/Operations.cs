using AudioBsq.Signal;
using AudioBsq.Vocoding;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>
/// Floating-point operations of the parts that training does not count, by arithmetic: an addition and a multiplication count as two, a
/// real transform of n samples as 2.5·n·log₂ n. What is small beside that is left out.
/// </summary>
internal static class Operations
{
    public static double Mel(MelOptions mel, int samples) => mel.FramesOf(samples) * (Transform(mel) + mel.FftLength + 7.0 * Bins(mel));

    public static double Resample(Resampler resampler, int samples) => resampler.LengthOf(samples) * 4.0 * resampler.Filter!.Reach;

    /// <summary>Search for magnitudes, then two transforms a round and what is done between them.</summary>
    public static double GriffinLim(MelOptions mel, GriffinLimOptions options, int frames)
    {
        double round = 2 * (Transform(mel) + mel.FftLength) + 12 * Bins(mel);
        return frames * (options.InversionIterations * 7.0 * Bins(mel) + options.Iterations * round);
    }

    public static double Vocoder(MelOptions mel, VocoderOptions options, int frames)
    {
        double width = options.Width, block = options.Kernel + 2 * options.HiddenWidth;
        double network = 2 * width * (mel.Bands * options.Kernel + options.Layers * block + 3 * Bins(mel));
        return frames * (network + options.InversionIterations * 7.0 * Bins(mel) + Transform(mel));
    }

    private static double Transform(MelOptions mel) => 2.5 * mel.FftLength * Math.Log2(mel.FftLength);

    private static double Bins(MelOptions mel) => mel.FftLength / 2 + 1;
}
