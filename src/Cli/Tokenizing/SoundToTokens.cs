using AudioBsq.Inference;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>Turns sound into tokens block by block, in constant memory.</summary>
/// <param name="model">The tokenizer.</param>
/// <param name="blocks">The sound, at the model's rate; read when tokens are wanted.</param>
internal sealed class SoundToTokens(AudioBsqModel model, IEnumerable<ReadOnlyMemory<float>> blocks) : IDisposable
{
    private readonly StreamingTokenizer _stream = model.CreateStreamingTokenizer();
    private readonly IEnumerator<ReadOnlyMemory<float>> _blocks = blocks.GetEnumerator();

    /// <summary>Samples that were read.</summary>
    public long Samples { get; private set; }

    /// <summary>Reads the next block and returns the tokens that it completes, maybe none; null at the end of the sound.</summary>
    /// <exception cref="InvalidDataException">The next block cannot be read.</exception>
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

    /// <summary>Ends the sound and returns the remaining tokens.</summary>
    public int[] End() => _stream.Flush();

    public void Dispose()
    {
        _blocks.Dispose();
        _stream.Dispose();
    }
}
