namespace AudioBsq.Decoding;

/// <summary>A source as one channel, block by block: channels are averaged.</summary>
internal sealed class MonoBlocks(IAudioSource source)
{
    private const int BlockSamples = 1 << 14;

    private readonly int _channels = source.Format.Channels;
    private readonly float[] _block = new float[BlockSamples / source.Format.Channels * source.Format.Channels];

    /// <summary>The next samples, as many as the source has at once; none at its end. They are valid until the next call.</summary>
    public ReadOnlySpan<float> Next() => Mix(_block.AsSpan(0, source.Read(_block)), _channels);

    /// <summary>The mean of each frame, written over what it is the mean of.</summary>
    public static ReadOnlySpan<float> Mix(Span<float> interleaved, int channels)
    {
        if (channels == 1) return interleaved;
        int frames = interleaved.Length / channels;
        for (int i = 0; i < frames; i++) // a mean is written where frames that are summed already were
        {
            double sum = 0;
            foreach (float sample in interleaved.Slice(i * channels, channels)) sum += sample;
            interleaved[i] = (float)(sum / channels);
        }

        return interleaved[..frames];
    }
}
