using AudioBsq.Inference;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>A sound on its way to tokens, block by block: memory does not grow with it.</summary>
/// <param name="model">What makes the tokens.</param>
/// <param name="blocks">The sound, at the model's rate; read as the tokens are asked for.</param>
internal sealed class SoundToTokens(AudioBsqModel model, IEnumerable<ReadOnlyMemory<float>> blocks) : IDisposable
{
    private readonly StreamingTokenizer _stream = model.CreateStreamingTokenizer();
    private readonly IEnumerator<ReadOnlyMemory<float>> _blocks = blocks.GetEnumerator();

    /// <summary>Samples that were read.</summary>
    public long Samples { get; private set; }

    /// <summary>The tokens that the next block completes, maybe none; null at the end of the sound.</summary>
    /// <exception cref="InvalidDataException">What follows cannot be read.</exception>
    public int[]? Next()
    {
        try
        {
            if (!_blocks.MoveNext()) return null;
            int[] tokens = _stream.Accept(_blocks.Current.Span);
            Samples = _stream.Samples;
            return tokens;
        }
        catch (Exception failure) when (failure is NotSupportedException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidDataException(failure.Message, failure);
        }
    }

    /// <summary>The sound ends here: the tokens that are left.</summary>
    public int[] End() => _stream.Flush();

    public void Dispose()
    {
        _blocks.Dispose();
        _stream.Dispose();
    }
}
