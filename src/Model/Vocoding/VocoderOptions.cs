using System.Text.Json.Serialization;
using AudioBsq.Signal;

namespace AudioBsq.Vocoding;

/// <summary>The network of a <see cref="NeuralVocoder"/>. Its STFT has the window and hop of the mel spectrograms.</summary>
public sealed record VocoderOptions
{
    /// <summary>Channels, from 8 to 4,096.</summary>
    public int Width { get; init; } = 160;

    /// <summary>ConvNeXt blocks, from 1 to 64.</summary>
    public int Layers { get; init; } = 4;

    /// <summary>Taps of each convolution; odd, from 1 to 63.</summary>
    public int Kernel { get; init; } = 7;

    /// <summary>Channels inside a block, as a multiple of <see cref="Width"/>, from 1 to 8.</summary>
    public int Expansion { get; init; } = 3;

    /// <summary>Iterations of <see cref="MelInversion"/>, which finds the initial magnitudes, from 1 to 1,000.</summary>
    public int InversionIterations { get; init; } = 15;

    /// <summary>
    /// Frames after a frame that its spectrum depends on, from 0, where every convolution is causal, to <see cref="ContextFrames"/>, where
    /// every one is centred, as they are when this is null. In between only the first convolutions look ahead. With fewer frames a
    /// <see cref="StreamingSynthesizer"/> has less latency; the convolutions then have as many more taps before a frame.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] // older releases can read files without it
    public int? LookAheadFrames { get; init; }

    /// <summary>
    /// Half of the other frames that a frame's spectrum depends on: those on each side of it where all convolutions are centred.
    /// </summary>
    public int ContextFrames => Kernel / 2 * (Layers + 1);

    /// <summary>Frames before a frame that its spectrum depends on.</summary>
    public int FramesBefore => 2 * ContextFrames - FramesAfter;

    /// <summary>Frames after a frame that its spectrum depends on.</summary>
    public int FramesAfter => LookAheadFrames ?? ContextFrames;

    /// <summary>Channels inside a block.</summary>
    internal int HiddenWidth => Expansion * Width;

    /// <summary>Taps of a convolution before and after a frame, by its index.</summary>
    internal (int Before, int After) Reach(int convolution)
    {
        int half = Kernel / 2, after = Math.Clamp(FramesAfter - convolution * half, 0, half);
        return (Kernel - 1 - after, after);
    }

    internal void Validate()
    {
        Check.That(Width is >= 8 and <= 4096, Width, "must be from 8 to 4,096");
        Check.That(Layers is >= 1 and <= 64, Layers, "must be from 1 to 64");
        Check.That(Kernel is >= 1 and <= 63 && Kernel % 2 == 1, Kernel, "must be odd, from 1 to 63");
        Check.That(Expansion is >= 1 and <= 8, Expansion, "must be from 1 to 8");
        Check.That(
            LookAheadFrames is not { } frames || (frames >= 0 && frames <= ContextFrames), LookAheadFrames,
            $"must be from 0 to ContextFrames {ContextFrames}, or null");
        Check.That(InversionIterations is >= 1 and <= 1000, InversionIterations, "must be from 1 to 1,000");
    }

    internal void Validate(MelOptions mel)
    {
        Validate();
        mel.Validate();
        Check.That(
            mel.ExtraWindows.IsEmpty, mel.ExtraWindows.Length, "must be 0 windows: sound is made of the main window alone",
            nameof(mel.ExtraWindows));
        Check.That(
            mel.HopLength <= mel.FftLength / 2, mel.HopLength,
            $"must be at most half of FftLength {mel.FftLength}: sound can only be synthesized from frames that overlap by half or more",
            nameof(mel.HopLength));
    }
}
