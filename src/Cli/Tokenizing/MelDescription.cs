using AudioBsq.Signal;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>Describes mel spectrograms for a person.</summary>
internal static class MelDescription
{
    public static IEnumerable<(string Name, string Value)> Rows(MelOptions mel)
    {
        string range = FormattableString.Invariant($"from {mel.MinFrequency:N0} to {mel.UpperFrequency:N0} Hz");
        yield return (
            "Mel spectrogram",
            FormattableString.Invariant($"{mel.Bands} bands ({mel.Scale}) {range}, {mel.Level}, floor {mel.FloorDecibels} dB"));
        string windows = FormattableString.Invariant($"hop {mel.HopLength}, FFT {mel.FftLength}, at {mel.SampleRate:N0} Hz");
        yield return ("Frames", FormattableString.Invariant($"{mel.FrameRate:N0} a second: {windows}"));
    }
}
