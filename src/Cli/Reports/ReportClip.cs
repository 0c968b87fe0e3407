using AudioBsq.Cli.Evaluation;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Reports;

/// <summary>
/// A clip to see and hear. Of a long one the page has only the first part, in sound and pictures; its figures are of all of it.
/// </summary>
/// <param name="Seconds">Length of the whole clip.</param>
/// <param name="Error">Mean absolute difference of its two mel spectrograms.</param>
/// <param name="Figures">Of its sound.</param>
/// <param name="Pictures">Caption, what a screen reader says, and WebP file: original, reconstruction, difference.</param>
/// <param name="Sounds">Name and sound: original, ceiling, reconstruction.</param>
internal sealed record ReportClip(
    double Seconds,
    double Error,
    SoundFigures.Clip Figures,
    IReadOnlyList<(string Caption, string Says, byte[] File)> Pictures,
    IReadOnlyList<(string Name, Waveform Sound)> Sounds)
{
    public static ReportClip Of(ClipTokens clip, SynthesizedClip synthesized, MelOptions mel, MelPicture picture, int seconds)
    {
        int samples = (int)Math.Min(clip.Samples, (long)seconds * clip.SampleRate);
        int values = Math.Min(clip.Mel.Length, mel.FramesOf(samples) * mel.Bands);
        float[] original = clip.Mel[..values], reconstructed = synthesized.Mel[..values];
        float[] difference = [.. reconstructed.Zip(original, (after, before) => after - before)];
        double apart = difference.Average(value => Math.Abs((double)value));
        double error = clip.Mel.Zip(synthesized.Mel, (a, b) => Math.Abs((double)b - a)).Average();
        string name = Path.GetFileName(clip.Path), length = FormattableString.Invariant($"{values / mel.Bands / mel.FrameRate:F1} s");
        return new ReportClip(
            clip.Seconds,
            error,
            synthesized.Figures,
            [
                ("Original", $"Mel spectrogram of the original of {name}, {length}", picture.Levels(original)),
                ("Reconstruction from tokens", $"Mel spectrogram of the reconstruction of {name}, {length}", picture.Levels(reconstructed)),
                (
                    "Difference, reconstruction − original: blue where the reconstruction is too quiet, red where it is too loud",
                    FormattableString.Invariant($"Reconstruction minus original of {name}, {apart:F1} {mel.Level.Unit()} apart on average"),
                    picture.Difference(difference)),
            ],
            [
                ("Original", Cut(synthesized.Original)),
                ("Ceiling", Cut(synthesized.Ceiling)),
                ("Reconstruction", Cut(synthesized.Reconstruction)),
            ]);

        Waveform Cut(Waveform sound) => new(sound.Samples[..samples], sound.SampleRate);
    }

    /// <summary>The part of the original that is in the page.</summary>
    public Waveform Original => Sounds[0].Sound;
}
