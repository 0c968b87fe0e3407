using AudioBsq.Cli.Evaluation;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Reports;

/// <summary>A clip to see and hear; a long one is cut after its first part.</summary>
/// <param name="Seconds">Length of the whole clip.</param>
/// <param name="Error">Mean absolute difference of its two mel spectrograms, of the whole clip.</param>
/// <param name="Figures">Of the sound of the whole clip.</param>
/// <param name="Mel">Of the original (frames, bands).</param>
/// <param name="Drawn">The same from tokens.</param>
/// <param name="Sounds">Name and sound: original, ceiling, reconstruction.</param>
internal sealed record ReportClip(double Seconds, double Error, SoundFigures.Clip Figures, float[] Mel, float[] Drawn, IReadOnlyList<(string Name, Waveform Sound)> Sounds)
{
    public static ReportClip Of(ClipTokens clip, SynthesizedClip heard, MelOptions mel, int seconds)
    {
        int samples = (int)Math.Min(clip.Samples, (long)seconds * clip.SampleRate), numbers = Math.Min(clip.Mel.Length, mel.FramesOf(samples) * mel.Bands);
        double error = clip.Mel.Zip(heard.Drawn, (original, drawn) => Math.Abs((double)drawn - original)).Average();
        return new ReportClip(clip.Seconds, error, heard.Figures, clip.Mel[..numbers], heard.Drawn[..numbers],
            [("Original", Cut(heard.Original)), ("Ceiling", Cut(heard.Ceiling)), ("Reconstruction", Cut(heard.Reconstruction))]);

        Waveform Cut(Waveform sound) => new(sound.Samples[..samples], sound.SampleRate);
    }

    /// <summary>Seconds of it that are in the page.</summary>
    public double Shown => Sounds[0].Sound.Seconds;
}
