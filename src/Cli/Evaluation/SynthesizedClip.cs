using AudioBsq.Signal;

namespace AudioBsq.Cli.Evaluation;

/// <summary>A clip's sound in three versions.</summary>
/// <param name="Original">As it was read, at the model's sample rate.</param>
/// <param name="Ceiling">Made of the original's mel spectrogram.</param>
/// <param name="Reconstruction">Made of the mel spectrogram that was reconstructed from tokens.</param>
/// <param name="Mel">The reconstructed mel spectrogram (frames, bands), as long as the original's.</param>
/// <param name="Figures">What was measured.</param>
internal sealed record SynthesizedClip(
    Waveform Original, Waveform Ceiling, Waveform Reconstruction, float[] Mel, SoundFigures.Clip Figures);
