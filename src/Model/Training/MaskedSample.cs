namespace AudioBsq.Training;

/// <summary>
/// A crop of a validation clip in pre-training, with its masks and guesses; (frames, bands) in the unit of the mel column.
/// </summary>
/// <param name="Clip">Position of the clip among the validation clips, from 0.</param>
/// <param name="Mel">The true mel spectrogram.</param>
/// <param name="Masked">What the encoder saw of it: NaN where patches were masked.</param>
/// <param name="Reconstructed">
/// The visible patches, and guesses of the others. With <see cref="PretrainingOptions.NormalizePatches"/> a guess says nothing of a
/// patch's mean and deviation, and here has the true ones.
/// </param>
public sealed record MaskedSample(int Clip, float[] Mel, float[] Masked, float[] Reconstructed);
