namespace AudioBsq.Inference;

/// <summary>What the encoder gives for a clip or a part of one: tokens, and the latents (positions, dimension) behind them.</summary>
internal readonly record struct Encoded(int[] Tokens, float[] Latents);
