namespace AudioBsq.Training;

/// <summary>A validation clip and what the model made of it. Both are mel spectrograms (frames, bands), row-major, of equal length.</summary>
/// <param name="Clip">Its place among the validation clips, from 0.</param>
/// <param name="Mel">The clip.</param>
/// <param name="Reconstructed">The same, from its tokens.</param>
public sealed record ReconstructionSample(int Clip, float[] Mel, float[] Reconstructed);
