namespace AudioBsq.Decoding;

/// <summary>A source as one channel, block by block: channels are averaged.</summary>
internal sealed class MonoBlocks(IAudioSource source)
{
    private const int BlockSamples = 1 << 14;

    private readonly int _channels = source.Format.Channels;
    private readonly float[] _block = new float[BlockSamples / source.Format.Channels * source.Format.Channels];

    /// <summary>The next samples, as many as the source gives at once; none at its end. They are there until the next call.</summary>
    public ReadOnlySpan<float> Next()
    {
        int frames = source.Read(_block) / _channels;
        if (_channels > 1) Mix(frames);
        return _block.AsSpan(0, frames);
    }

    // In place: a frame's mean is written where frames that are summed already were.
    private void Mix(int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            double sum = 0;
            foreach (float sample in _block.AsSpan(i * _channels, _channels)) sum += sample;
            _block[i] = (float)(sum / _channels);
        }
    }
}
