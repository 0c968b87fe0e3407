namespace AudioBsq.Decoding;

/// <summary>Writes samples without a header, such as to a player's standard input. The counterpart of <see cref="PcmSource"/>.</summary>
internal static class PcmWriter
{
    private const int BlockSamples = 1 << 14;

    /// <summary>Writes samples at the stream's position. Integers are rounded to nearest and cut off at full scale.</summary>
    /// <returns>How many samples beyond ±1 were cut off; 0 for <see cref="PcmSampleFormat.F32Le"/>, which holds them.</returns>
    /// <exception cref="ArgumentException">A sample is not a finite number; nothing was written.</exception>
    public static int Write(Stream stream, ReadOnlySpan<float> samples, PcmSampleFormat format = PcmSampleFormat.S16Le)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Check.That(Enum.IsDefined(format), format, "must be a defined format");
        if (!CheckedAudioSource.AllFinite(samples))
            throw new ArgumentException("There are samples that are not finite numbers.", nameof(samples));
        int size = SampleConversion.SizeOf(format), cut = 0;
        byte[] bytes = new byte[Math.Min(samples.Length, BlockSamples) * size];
        for (int at = 0; at < samples.Length; at += BlockSamples)
        {
            var block = samples.Slice(at, Math.Min(BlockSamples, samples.Length - at));
            SampleConversion.ToBytes(block, format, bytes);
            stream.Write(bytes, 0, block.Length * size);
            foreach (float sample in block) cut += MathF.Abs(sample) > 1 ? 1 : 0;
        }

        return format == PcmSampleFormat.F32Le ? 0 : cut;
    }
}
