using AudioBsq.Signal;
using AudioBsq.Tests.Model.Signal;
using AudioBsq.Vocoding;

namespace AudioBsq.Tests.Model.Vocoding;

/// <summary>Vocoders and sounds small enough for a test.</summary>
internal static class SmallVocoder
{
    public static MelOptions Mel { get; } = Small.Mel with { FftLength = 512 };

    public static VocoderOptions Options { get; } = new() { Width = 24, Layers = 2, Kernel = 5, InversionIterations = 5 };

    public static VocoderTrainingOptions Training { get; } = new()
    {
        MaxSteps = 4,
        BatchSize = 3,
        CropFrames = 16,
        ReportEvery = 2,
        Device = "cpu",
    };

    public static NeuralVocoder Create(int seed = 3) => NeuralVocoder.Create(Options, Mel, seed, "cpu");

    /// <summary>Mel of a sound, with its sound.</summary>
    public static (float[] Mel, float[] Sound) Clip(int samples, int seed = 1)
    {
        float[] sound = Voice(samples, seed);
        return (new MelSpectrogram(Mel).Extract(sound), sound);
    }

    /// <summary>Frames of a sound, with the mel power and the sound of each, as training has them.</summary>
    public static float[] Rows(int samples, int seed)
    {
        var (mel, sound) = Clip(samples, seed);
        int bands = Mel.Bands, hop = Mel.HopLength;
        return [.. Enumerable.Range(0, samples / hop).SelectMany(frame => mel.AsSpan(frame * bands, bands).ToArray()
            .Select(level => MathF.Pow(10, level / 10)).Concat(sound.AsSpan(frame * hop, hop).ToArray()))];
    }

    /// <summary>Harmonics of a gliding tone in a little noise.</summary>
    public static float[] Voice(int samples, int seed = 1)
    {
        float[] sound = Tone.Noise(samples, seed, amplitude: 0.003);
        double phase = seed;
        for (int n = 0; n < samples; n++)
        {
            double seconds = n / 16_000.0;
            phase += 2 * Math.PI * (140 + 20 * seed + 40 * Math.Sin(2 * Math.PI * 1.3 * seconds)) / 16_000;
            for (int h = 1; h <= 12; h++)
            {
                double gain = 0.2 / h * (0.6 + 0.4 * Math.Sin(2 * Math.PI * 3 * seconds + h));
                sound[n] += (float)(gain * Math.Sin(h * phase));
            }
        }

        return sound;
    }
}
