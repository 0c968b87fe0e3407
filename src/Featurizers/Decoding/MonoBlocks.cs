namespace AudioBsq.Decoding;

/// <summary>A source as one channel, block by block: channels are averaged, without the low-frequency channel.</summary>
internal sealed class MonoBlocks(IAudioSource source)
{
    private const int BlockSamples = 1 << 14;

    private readonly AudioFormat _format = source.Format;
    private readonly float[] _block = new float[BlockSamples / source.Format.Channels * source.Format.Channels];

    /// <summary>The next samples, as many as the source has at once; none at its end. They are valid until the next call.</summary>
    public ReadOnlySpan<float> Next() => Mix(_block.AsSpan(0, source.Read(_block)), _format);

    /// <summary>The mean of each frame, written over what it is the mean of.</summary>
    public static ReadOnlySpan<float> Mix(Span<float> interleaved, AudioFormat format)
    {
        int channels = format.Channels, frames = interleaved.Length / channels;
        if (channels == 1) return interleaved;
        int summed = format.LfeChannel is null ? channels : channels - 1;
        for (int i = 0; i < frames; i++) // a mean is written where frames that are summed already were
        {
            var frame = interleaved.Slice(i * channels, channels);
            if (format.LfeChannel is { } lfe) frame[lfe] = 0;
            double sum = 0;
            foreach (float sample in frame) sum += sample;
            interleaved[i] = (float)(sum / summed);
        }

        return interleaved[..frames];
    }
}
