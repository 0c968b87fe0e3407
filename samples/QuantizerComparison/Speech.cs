using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace QuantizerComparison;

/// <summary>Folders of speech as mel spectrograms.</summary>
internal static class Speech
{
    public static float[][] Read(string folder, MelSpectrogram mel)
    {
        var all = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories);
        string[] files = [.. all.Where(IsSound).Order(StringComparer.Ordinal)];
        if (files.Length == 0) throw new InvalidDataException($"'{folder}' holds no .wav or .flac file.");
        return Array.ConvertAll(files, file => mel.Extract(AudioFile.Read(file, mel.Options.SampleRate).Samples));
    }

    public static string Say(float[][] mels, MelOptions options)
    {
        double seconds = mels.Sum(mel => (double)mel.Length / options.Bands) * options.HopLength / options.SampleRate;
        return $"{mels.Length} clips, {seconds / 60:F1} min";
    }

    private static bool IsSound(string path) => Path.GetExtension(path).ToLowerInvariant() is ".wav" or ".flac";
}
