namespace AudioBsq.Decoding;

/// <summary>Sound that is decoded a block at a time, given out in pieces of any length.</summary>
internal abstract class BlockSource : IAudioSource
{
    private ReadOnlyMemory<float> _rest; // of the last block

    public abstract AudioFormat Format { get; }

    public int Read(Span<float> interleaved)
    {
        int wanted = interleaved.Length / Format.Channels * Format.Channels, done = 0;
        while (done < wanted && (!_rest.IsEmpty || !(_rest = NextBlock()).IsEmpty))
        {
            int count = Math.Min(wanted - done, _rest.Length);
            _rest.Span[..count].CopyTo(interleaved[done..]);
            (_rest, done) = (_rest[count..], done + count);
        }

        return done;
    }

    public virtual void Dispose()
    {
    }

    /// <summary>The next samples, all channels, whole frames; none at the end. They need to stay until the next call.</summary>
    protected abstract ReadOnlyMemory<float> NextBlock();
}
