namespace AudioBsq.Decoding;

/// <summary>A source as one channel, block by block: channels are averaged, without the one of low frequencies.</summary>
internal sealed class MonoBlocks(IAudioSource source)
{
    private const int BlockSamples = 1 << 14;

    private readonly int _channels = source.Format.Channels;
    private readonly float[] _block = new float[BlockSamples / source.Format.Channels * source.Format.Channels];

    /// <summary>The next samples, as many as the source has at once; none at its end. They are valid until the next call.</summary>
    public ReadOnlySpan<float> Next() => Mix(_block.AsSpan(0, source.Read(_block)), _channels, source.Format.LfeChannel);

    /// <summary>The mean of each frame, written over what it is the mean of; the channel <paramref name="lfe"/> is left out.</summary>
    public static ReadOnlySpan<float> Mix(Span<float> interleaved, int channels, int? lfe = null)
    {
        if (channels == 1) return interleaved;
        int frames = interleaved.Length / channels, counted = lfe is null ? channels : channels - 1;
        for (int i = 0; i < frames; i++) // a mean is written where frames that are summed already were
        {
            double sum = 0;
            foreach (float sample in interleaved.Slice(i * channels, channels)) sum += sample;
            if (lfe is { } low) sum -= interleaved[i * channels + low];
            interleaved[i] = (float)(sum / counted);
        }

        return interleaved[..frames];
    }
}
