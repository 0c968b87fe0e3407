using System.Globalization;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Cli.Reports;
using AudioBsq.Decoding;
using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Cli.Training;

/// <summary>
/// Validation clips to hear and to see, at most ten seconds of each: <c>original/NAME.wav</c>, <c>original/NAME.griffin-lim.wav</c>, which is what
/// would be heard if no token were between, and for each validation <c>step-00000200/NAME.wav</c> and <c>NAME.png</c>.
/// </summary>
/// <param name="folder">It is made if need be; folders of steps that are taken again are removed from it.</param>
/// <param name="model">What is trained.</param>
/// <param name="mel">What it is trained on.</param>
/// <param name="original">Name and sound of a validation clip, by its place.</param>
internal sealed class ValidationSamples(string folder, AudioBsqOptions model, MelOptions mel, Func<int, (string Name, Waveform Sound)> original)
{
    private const int LongestSeconds = 10;

    // Where frames overlap too little to make a waveform from, there are pictures alone.
    private readonly GriffinLim? _griffinLim = mel.HopLength > mel.FftLength / 2 ? null : new GriffinLim(mel);
    private readonly MelPicture _picture = new(mel, model.MinLevel, model.MaxLevel);
    private readonly Dictionary<int, string> _names = [];

    /// <summary>Writes what a validation brought, and gives each clip's name and picture.</summary>
    public IEnumerable<(string Name, byte[] Picture)> Write(TrainingProgress progress)
    {
        if (_names.Count == 0) Forget(progress.FirstStep);
        string place = Path.Combine(folder, FolderOf(progress.Step));
        foreach (var sample in progress.Samples.Where(sample => sample.Reconstructed.All(float.IsFinite)))
        {
            Directory.CreateDirectory(place);
            var (clip, drawn) = (Start(sample.Mel), Start(sample.Reconstructed));
            if (!_names.TryGetValue(sample.Clip, out string? name)) _names[sample.Clip] = name = WriteOriginal(sample.Clip, clip);
            Synthesize(Path.Combine(place, $"{name}.wav"), drawn);
            double error = clip.Zip(drawn, (a, b) => Math.Abs((double)a - b)).Average();
            byte[] picture = _picture.Draw(clip, drawn, string.Create(CultureInfo.InvariantCulture, $"Reconstructed at step {progress.Step:N0}, mean error {error:F2} {mel.Level.Unit()}"));
            File.WriteAllBytes(Path.Combine(place, $"{name}.png"), picture);
            yield return (name, picture);
        }
    }

    private static string FolderOf(int step) => string.Create(CultureInfo.InvariantCulture, $"step-{step:D8}");

    private void Forget(int firstStep)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string old in Directory.GetDirectories(folder, "step-????????"))
        {
            if (string.CompareOrdinal(Path.GetFileName(old), FolderOf(firstStep)) > 0) Directory.Delete(old, recursive: true);
        }
    }

    private string WriteOriginal(int clip, float[] start)
    {
        var (name, sound) = original(clip);
        string place = Directory.CreateDirectory(Path.Combine(folder, "original")).FullName;
        int samples = Math.Min(sound.Samples.Length, LongestSeconds * sound.SampleRate);
        AudioFile.WriteWav(Path.Combine(place, $"{name}.wav"), new Waveform(sound.Samples[..samples], sound.SampleRate));
        Synthesize(Path.Combine(place, $"{name}.griffin-lim.wav"), start);
        return name;
    }

    private void Synthesize(string path, float[] values)
    {
        if (_griffinLim is not null) AudioFile.WriteWav(path, new Waveform(_griffinLim.Synthesize(values), mel.SampleRate));
    }

    private float[] Start(float[] values) => values[..Math.Min(values.Length, Math.Max(1, (int)(LongestSeconds * mel.FrameRate)) * mel.Bands)];
}
