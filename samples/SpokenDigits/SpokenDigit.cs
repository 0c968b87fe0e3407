namespace SpokenDigits;

/// <summary>A recording of a digit; its file's name is digit_speaker_take.</summary>
internal sealed class SpokenDigit
{
    public string Path { get; set; } = "";

    public string Digit { get; set; } = "";

    public string Speaker { get; set; } = "";

    public static List<SpokenDigit> ReadAll(string folder) =>
    [
        .. from file in Directory.GetFiles(folder, "*.wav").Order(StringComparer.Ordinal)
           let name = System.IO.Path.GetFileNameWithoutExtension(file).Split('_')
           select new SpokenDigit { Path = file, Digit = name[0], Speaker = name[1] },
    ];
}
