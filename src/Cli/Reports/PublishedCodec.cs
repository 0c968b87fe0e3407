namespace AudioBsq.Cli.Reports;

/// <summary>A codec's figures as others have published them.</summary>
/// <param name="Name">The codec.</param>
/// <param name="KilobitsPerSecond">Its bit rate.</param>
/// <param name="Mel">Mel distance as Codec-SUPERB defines it.</param>
/// <param name="Stoi">Intelligibility.</param>
/// <param name="Pesq">Perceptual quality of speech.</param>
internal sealed record PublishedCodec(string Name, double KilobitsPerSecond, double Mel, double Stoi, double Pesq)
{
    /// <summary>The file that they are from, at the commit in which they were read.</summary>
    public const string Source =
        "https://github.com/voidful/Codec-SUPERB/blob/ec31105a190283b3303a3af04312b4da4a1774d1/web/src/results/data.js";

    /// <summary>Speech split of Codec-SUPERB-tiny, low bit rates first.</summary>
    public static IReadOnlyList<PublishedCodec> All { get; } =
    [
        new("WavTokenizer small, 40 tokens/s", 0.48, 1.087, 0.761, 1.44),
        new("WavTokenizer large, 75 tokens/s", 0.9, 0.783, 0.848, 2.02),
        new("BigCodec", 1.04, 0.802, 0.877, 2.21),
        new("EnCodec 24 kHz", 1.5, 1.268, 0.799, 1.52),
        new("EnCodec 24 kHz", 3, 1.113, 0.861, 1.98),
        new("SpeechTokenizer", 4, 0.802, 0.858, 2.13),
        new("DAC 16 kHz", 6, 0.513, 0.961, 3.88),
        new("EnCodec 24 kHz", 6, 1.001, 0.910, 2.64),
    ];
}
