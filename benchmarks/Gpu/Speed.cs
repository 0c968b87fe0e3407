namespace AudioBsq.Benchmarks.Gpu;

/// <summary>One cell of the table.</summary>
/// <param name="Work">encode or training step.</param>
/// <param name="Precision">fp32 or bf16.</param>
/// <param name="Batch">Clips at once.</param>
/// <param name="ClipsPerSecond">0 where memory ran out.</param>
/// <param name="Share">Of the peak of a big product in the same precision.</param>
/// <param name="Megabytes">Memory afterwards, as <see cref="DeviceMemory"/> counts it; null where it is not known.</param>
internal sealed record Speed(string Work, string Precision, int Batch, double ClipsPerSecond, double Share, double? Megabytes);
