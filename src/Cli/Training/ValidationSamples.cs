using System.Globalization;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Cli.Reports;
using AudioBsq.Decoding;
using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Cli.Training;

/// <summary>
/// Writes validation clips to hear and to see, at most ten seconds of each: <c>original/NAME.wav</c>, <c>original/NAME.griffin-lim.wav</c>,
/// which is made of the original mel spectrogram, and for each validation <c>step-00000200/NAME.wav</c> and <c>NAME.png</c>.
/// </summary>
/// <param name="folder">It is created if need be; folders of steps that are repeated are deleted.</param>
/// <param name="model">The model.</param>
/// <param name="mel">Its mel spectrograms.</param>
/// <param name="original">Name and sound of a validation clip, by its position.</param>
internal sealed class ValidationSamples(
    string folder, AudioBsqOptions model, MelOptions mel, Func<int, (string Name, Waveform Sound)> original)
{
    private const int MaxSeconds = 10;

    // None where frames overlap too little for Griffin-Lim: then there are pictures only.
    private readonly GriffinLim? _griffinLim = mel.HopLength > mel.FftLength / 2 ? null : new GriffinLim(mel);
    private readonly MelPicture _picture = new(mel, model.MinLevel, model.MaxLevel);
    private readonly Dictionary<int, string> _names = [];

    /// <summary>Writes the samples of a validation and returns the name and picture of each clip.</summary>
    public IEnumerable<(string Name, byte[] Picture)> Write(TrainingProgress progress)
    {
        if (_names.Count == 0) DeleteFrom(progress.FirstStep);
        string place = Path.Combine(folder, FolderOf(progress.Step));
        foreach (var sample in progress.Samples.Where(sample => sample.Reconstructed.All(float.IsFinite)))
        {
            Directory.CreateDirectory(place);
            var (clip, reconstructed) = (Start(sample.Mel), Start(sample.Reconstructed));
            if (!_names.TryGetValue(sample.Clip, out string? name)) _names[sample.Clip] = name = WriteOriginal(sample.Clip, clip);
            Synthesize(Path.Combine(place, $"{name}.wav"), reconstructed);
            double error = clip.Zip(reconstructed, (a, b) => Math.Abs((double)a - b)).Average();
            string title = string.Create(
                CultureInfo.InvariantCulture, $"Reconstructed at step {progress.Step:N0}, mean error {error:F2} {mel.Level.Unit()}");
            byte[] picture = _picture.Pair(clip, reconstructed, title);
            File.WriteAllBytes(Path.Combine(place, $"{name}.png"), picture);
            yield return (name, picture);
        }
    }

    private static string FolderOf(int step) => string.Create(CultureInfo.InvariantCulture, $"step-{step:D8}");

    private void DeleteFrom(int firstStep)
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
        int samples = Math.Min(sound.Samples.Length, MaxSeconds * sound.SampleRate);
        AudioFile.WriteWav(Path.Combine(place, $"{name}.wav"), new Waveform(sound.Samples[..samples], sound.SampleRate));
        Synthesize(Path.Combine(place, $"{name}.griffin-lim.wav"), start);
        return name;
    }

    private void Synthesize(string path, float[] values)
    {
        if (_griffinLim is not null) AudioFile.WriteWav(path, new Waveform(_griffinLim.Synthesize(values), mel.SampleRate));
    }

    private float[] Start(float[] levels) => levels[..Math.Min(levels.Length, Math.Max(1, (int)(MaxSeconds * mel.FrameRate)) * mel.Bands)];
}
