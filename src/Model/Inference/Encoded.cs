namespace AudioBsq.Inference;

/// <summary>What the encoder gives for a clip or a part of one: its tokens, and the latents (positions, dimension) that they stand for.</summary>
internal readonly record struct Encoded(int[] Tokens, float[] Latents);
