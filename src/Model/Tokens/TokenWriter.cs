namespace AudioBsq.Tokens;

/// <summary>
/// Writes a token container (.absq) to a stream, forwards only. Memory grows by two bytes a chunk. If <see cref="Complete"/> is never
/// called, all chunks that were full can still be read.
/// </summary>
/// <example>
/// <code>
/// using var file = File.Create("hello.absq");
/// using var writer = new TokenWriter(file, model.CreateTokenHeader("tokenizer"));
/// writer.Write(model.Encode(mel.Extract(waveform)));
/// writer.Complete(waveform.Samples.Length);
/// </code>
/// </example>
public sealed class TokenWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly TokenHeader _header;
    private readonly bool _leaveOpen;
    private readonly List<ushort> _lengths = [];
    private readonly int[] _chunk;
    private int _count;
    private bool _isComplete;

    /// <summary>Writes the header.</summary>
    /// <exception cref="ArgumentException">A value of the header is out of range; the message says which.</exception>
    public TokenWriter(Stream stream, TokenHeader header, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(header);
        byte[] bytes = TokenHeaderBytes.Write(header);
        (_stream, _header, _leaveOpen) = (stream, header, leaveOpen);
        _chunk = new int[header.StepsPerChunk * header.TokensPerStep];
        stream.Write(bytes);
    }

    /// <summary>Adds tokens, any number of them; a chunk is written when it is full.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A token does not have the header's number of bits. Those before it are kept.
    /// </exception>
    /// <exception cref="InvalidOperationException">The container is complete.</exception>
    public void Write(ReadOnlySpan<int> tokens)
    {
        if (_isComplete) throw new InvalidOperationException("The token container is complete: nothing can be added.");
        foreach (int token in tokens)
        {
            Check.That(token >= 0 && token >> _header.BitsPerToken == 0, token, $"must be from 0 to {(1 << _header.BitsPerToken) - 1}");
            if (_count == _chunk.Length) WriteChunk();
            _chunk[_count++] = token;
        }
    }

    /// <summary>Writes the last chunk, the index and the tail, and flushes the stream, which <see cref="Dispose"/> closes.</summary>
    /// <param name="samples">Samples of the original at the model's rate.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The header has another number of samples, or these samples make another number of tokens than were written.
    /// </exception>
    /// <exception cref="InvalidOperationException">The container is complete already.</exception>
    public void Complete(long samples)
    {
        if (_isComplete) throw new InvalidOperationException("The token container is complete already.");
        bool allowed = samples >= 0 && samples <= TokenHeader.MaxSamples && samples == (_header.Samples ?? samples);
        Check.That(allowed, samples, $"must be {_header.Samples?.ToString() ?? "from 0 to 2^48"}");
        long written = (long)_lengths.Count * _chunk.Length + _count, expected = _header.StepsOf(samples) * _header.TokensPerStep;
        Check.That(written == expected, samples, $"make {expected:N0} tokens, and {written:N0} were written");
        if (_count > 0) WriteChunk();
        _stream.Write(TokenLayout.EndOf(_header, samples, _lengths));
        _stream.Flush();
        _isComplete = true;
    }

    /// <summary>
    /// Closes the stream unless it stays open. Without <see cref="Complete"/> the container has no end, and readers report that.
    /// </summary>
    public void Dispose()
    {
        if (!_leaveOpen) _stream.Dispose();
    }

    private void WriteChunk()
    {
        byte[] payload = ChunkCoding.Encode(_header, _chunk.AsSpan(0, _count));
        _stream.Write(TokenLayout.ChunkOf((uint)_lengths.Count, _count / _header.TokensPerStep, payload));
        _lengths.Add((ushort)payload.Length);
        _count = 0;
    }
}
