namespace Tutorial;

/// <summary>A recording of a digit.</summary>
internal sealed class Recording
{
    /// <summary>A whole sound file: WAV, FLAC, MP3 and others.</summary>
    public byte[] File { get; set; } = [];

    /// <summary>What is said; not known when it is asked for.</summary>
    public string Digit { get; set; } = "";

    /// <summary>Recordings whose names are digit_speaker_take, of one speaker or of all but one.</summary>
    public static List<Recording> ReadAll(string folder, string speaker, bool isHeldOut) =>
    [
        .. from path in Directory.GetFiles(folder, "*.wav").Order(StringComparer.Ordinal)
           let name = Path.GetFileNameWithoutExtension(path).Split('_')
           where name[1] == speaker == isHeldOut
           select new Recording { File = System.IO.File.ReadAllBytes(path), Digit = name[0] },
    ];
}

/// <summary>What the model answers: a digit, and how sure it is of each.</summary>
internal sealed class Answer
{
    public string Said { get; set; } = "";

    public float[] Score { get; set; } = [];
}
