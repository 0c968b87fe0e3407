using AudioBsq.Signal;

namespace AudioBsq.Cli.Evaluation;

/// <summary>A clip in three forms.</summary>
/// <param name="Original">As it was read, at the model's sample rate.</param>
/// <param name="Ceiling">Made of the original's mel spectrogram.</param>
/// <param name="Reconstruction">Made of the mel spectrogram that the tokens stand for.</param>
/// <param name="Drawn">That mel spectrogram (frames, bands), without what its last patch holds beyond the end.</param>
/// <param name="Figures">What was measured.</param>
internal sealed record SynthesizedClip(Waveform Original, Waveform Ceiling, Waveform Reconstruction, float[] Drawn, SoundFigures.Clip Figures);
