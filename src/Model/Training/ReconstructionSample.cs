namespace AudioBsq.Training;

/// <summary>A validation clip and its reconstruction, mel spectrograms (frames, bands), row-major, of equal length.</summary>
/// <param name="Clip">Its index among the validation clips.</param>
/// <param name="Mel">The clip.</param>
/// <param name="Reconstructed">Its reconstruction.</param>
public sealed record ReconstructionSample(int Clip, float[] Mel, float[] Reconstructed);
