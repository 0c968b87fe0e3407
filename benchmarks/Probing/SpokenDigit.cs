using AudioBsq.Decoding;

namespace AudioBsq.Benchmarks.Probing;

/// <summary>A recording of a digit; its file's name is digit_speaker_take, as in the Free Spoken Digit Dataset.</summary>
internal sealed record SpokenDigit(string Digit, string Speaker, string File)
{
    /// <summary>All .wav files of a folder, in the order of their names.</summary>
    /// <exception cref="InvalidDataException">A name has other parts, or there are fewer than two speakers.</exception>
    public static SpokenDigit[] ReadAll(DirectoryInfo folder)
    {
        SpokenDigit[] digits = [.. Directory.GetFiles(folder.FullName, "*.wav").Order(StringComparer.Ordinal).Select(Of)];
        int speakers = digits.Select(digit => digit.Speaker).Distinct().Count();
        return speakers > 1
            ? digits
            : throw new InvalidDataException($"'{folder}' has recordings of {speakers} speakers; at least 2 are needed.");
    }

    /// <summary>Samples at a rate.</summary>
    public float[] Samples(int sampleRate) => AudioFile.Read(File, sampleRate).Samples;

    private static SpokenDigit Of(string file) => Path.GetFileNameWithoutExtension(file).Split('_') is [var digit, var speaker, _]
        ? new SpokenDigit(digit, speaker, file)
        : throw new InvalidDataException($"The name of '{file}' is not digit_speaker_take.");
}
