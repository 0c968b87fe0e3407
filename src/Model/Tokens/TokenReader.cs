namespace AudioBsq.Tokens;

/// <summary>
/// Reads a token container (.absq) from a stream's position on. It trusts no value before its checksum fits, and memory follows the
/// bytes that are there: one chunk at a time, or with <see cref="ReadAll"/> at most 64 tokens for each byte. Damage costs only the
/// chunks that it hits.
/// </summary>
/// <example>
/// <code>
/// using var file = File.OpenRead("hello.absq");
/// var reader = new TokenReader(file, "hello.absq");
/// reader.Header.CheckMadeBy(model.CreateTokenHeader("tokenizer"));
/// var all = reader.ReadAll();
/// float[] mel = model.Decode(all.Tokens);
/// </code>
/// </example>
public sealed class TokenReader
{
    private readonly Stream _stream;
    private readonly string _name;
    private readonly long _origin;
    private readonly PeekReader _reader;
    private readonly ChunkScanner _scanner;
    private readonly List<StepRange> _missing = [];
    private readonly bool _headerIsDamaged;
    private TokenTail? _tail;
    private List<ChunkPlace>? _places;
    private long _start, _nextStep;
    private bool _hasBegun, _isAtEnd;

    /// <summary>Reads the header, and in a seekable stream also the tail, which replaces a damaged header.</summary>
    /// <param name="stream">The container, which stays open and ends where the stream does.</param>
    /// <param name="name">A name for messages.</param>
    /// <exception cref="InvalidDataException">
    /// It is no token container, or has another version, or its header is damaged and the tail cannot replace it.
    /// </exception>
    public TokenReader(Stream stream, string name = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        (_stream, _name, _reader) = (stream, name, new PeekReader(stream));
        if (stream.CanSeek) _origin = stream.Position;
        try
        {
            if (stream.CanSeek) _tail = ReadTail();
            var header = ReadHeader();
            _headerIsDamaged = header is null;
            Header = header ?? _tail?.Header ?? throw new InvalidDataException(stream.CanSeek
                ? "It does not begin as one, or its header is damaged, and its end is too."
                : "It does not begin as one, or its header is damaged; from a stream that can seek it may be recovered.");
            _scanner = new ChunkScanner(_reader, Header);
            UseTail();
        }
        catch (InvalidDataException cause)
        {
            throw Unreadable(cause);
        }
    }

    /// <summary>Whether a file that begins with these bytes, 8 or more, begins as a token container.</summary>
    public static bool IsBeginning(ReadOnlySpan<byte> bytes) => bytes.StartsWith(TokenLayout.Magic);

    /// <summary>Describes the tokens. If the header was damaged, there is no name and no metadata.</summary>
    public TokenHeader Header { get; }

    /// <summary>
    /// Samples of the original at the model's rate; null while only the tail has them and a stream that cannot seek is not at its end.
    /// </summary>
    public long? Samples => Header.Samples ?? _tail?.Samples;

    /// <summary>Total time steps, known when <see cref="Samples"/> is.</summary>
    public long? Steps => Samples is { } samples ? Header.StepsOf(samples) : null;

    /// <summary>Missing steps before the current position.</summary>
    public IReadOnlyList<StepRange> Missing => _missing;

    /// <summary>The next intact chunk, or null at the end.</summary>
    /// <exception cref="InvalidDataException">
    /// So much is damaged that the search would take too long, or two parts contradict each other.
    /// </exception>
    public TokenChunk? ReadChunk()
    {
        try
        {
            _hasBegun = true;
            if (_isAtEnd) return null;
            if (_scanner.Read() is { } chunk)
            {
                AddMissing(chunk.Steps.First);
                _nextStep = chunk.Steps.End;
                return chunk;
            }

            _isAtEnd = true;
            if (!_stream.CanSeek && _scanner.Skipped.Count >= TokenLayout.Tail)
                _tail = TokenLayout.TailFrom([.. _scanner.Skipped.Skip(_scanner.Skipped.Count - TokenLayout.Tail)]);
            UseTail();
            if (Steps is { } steps) AddMissing(steps);
            return null;
        }
        catch (InvalidDataException cause)
        {
            throw Unreadable(cause);
        }
    }

    /// <summary>
    /// Moves to a time step, by the index or, if that is damaged, by a search through the whole stream: the next chunk is the one with
    /// this step, or the first intact one after it.
    /// </summary>
    /// <exception cref="NotSupportedException">The stream cannot seek.</exception>
    public void Seek(long step)
    {
        Check.That(step >= 0, step, "must not be negative");
        if (!_stream.CanSeek) throw new NotSupportedException("This stream cannot seek; read chunk after chunk instead.");
        _hasBegun = true;
        _places ??= ReadIndex() ?? Search();
        int place = _places.FindIndex(place => place.Step + Header.StepsPerChunk > step);
        _isAtEnd = false;
        _missing.Clear();
        _nextStep = Math.Min(step / Header.StepsPerChunk * Header.StepsPerChunk, Steps ?? step);
        _reader.MoveTo(_origin, place < 0 ? _stream.Length - _origin : _places[place].Position);
        _scanner.Restart(_nextStep / Header.StepsPerChunk);
    }

    /// <summary>Moves to a time, as <see cref="Seek(long)"/>.</summary>
    /// <exception cref="NotSupportedException">The stream cannot seek.</exception>
    public void Seek(TimeSpan time) => Seek((long)(time.TotalSeconds * Header.StepsPerSecond));

    /// <summary>Reads all chunks.</summary>
    /// <exception cref="InvalidOperationException">Chunks were read already.</exception>
    /// <exception cref="InvalidDataException">
    /// As for <see cref="ReadChunk"/>, or the container claims far more tokens than its bytes can hold.
    /// </exception>
    public TokenSequence ReadAll()
    {
        if (_hasBegun) throw new InvalidOperationException("Chunks were read already; all can be read only from the first on.");
        var tokens = new List<int>();
        while (ReadChunk() is { } chunk)
        {
            long end = chunk.Steps.End * Header.TokensPerStep, bytes = _reader.Position;
            if (end > Math.Min(bytes * TokenLayout.MaxTokensPerByte, Array.MaxLength))
                throw Unreadable(new InvalidDataException($"{bytes:N0} bytes of it lead to token {end:N0}; read it chunk by chunk."));
            tokens.AddRange(new int[(int)(chunk.Steps.First * Header.TokensPerStep - tokens.Count)]);
            tokens.AddRange(chunk.Tokens.Span);
        }

        return new TokenSequence(Header, Samples, [.. tokens], [.. _missing], [.. Damage()]);
    }

    /// <summary>What is damaged, each a part of a sentence. Call it after the last chunk, having read from the first.</summary>
    internal IEnumerable<string> Damage()
    {
        if (_headerIsDamaged) yield return "its header is damaged";
        if (_missing.Count > 0)
        {
            string all = Steps is { } steps ? $" of {steps:N0}" : "";
            yield return $"{_missing.Sum(range => range.Count):N0}{all} time steps are missing, from step {_missing[0].First:N0} on";
        }
        else if (_scanner.HasGap && !_headerIsDamaged)
        {
            yield return "there are bytes between its chunks that belong to none";
        }

        if (_tail is not { } tail)
            yield return "its end is damaged or cut off";
        else if (_missing.Count == 0 && !_scanner.Skipped.SequenceEqual(TokenLayout.EndOf(Header, tail.Samples, _scanner.Lengths)))
            yield return "its index is damaged";
    }

    private void AddMissing(long end)
    {
        if (end > _nextStep) _missing.Add(new StepRange(_nextStep, end - _nextStep));
    }

    private TokenHeader? ReadHeader()
    {
        int size = TokenHeaderBytes.SizeOf(_reader.Peek(TokenHeaderBytes.FixedSize));
        var bytes = _reader.Peek(size);
        if (size == 0 || bytes.Length < size || TokenHeaderBytes.Read(bytes) is not { } header) return null;
        _reader.Skip(size);
        _start = size;
        return header;
    }

    private TokenTail? ReadTail()
    {
        if (_stream.Length - _origin < TokenLayout.Tail) return null;
        byte[] bytes = new byte[TokenLayout.Tail];
        _stream.Position = _stream.Length - TokenLayout.Tail;
        int count = _stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        _stream.Position = _origin;
        return TokenLayout.TailFrom(bytes.AsSpan(0, count));
    }

    // A tail with other facts than the header's belongs to another file and is not used.
    private void UseTail()
    {
        if (_tail is { } tail)
        {
            var facts = Header with { ModelName = "", Samples = null, Metadata = tail.Header.Metadata };
            if (tail.Header != facts) _tail = null;
        }

        if (_tail is { } known && Header.Samples is { } samples && samples != known.Samples)
            throw new InvalidDataException($"Its header claims {samples:N0} samples and its end {known.Samples:N0}.");
        _scanner.Steps = Steps;
    }

    private List<ChunkPlace>? ReadIndex() => _tail is { } tail
        ? ChunkPlace.FromIndex(_stream, _origin, Header, tail.Chunks, _headerIsDamaged ? null : _start)
        : null;

    private List<ChunkPlace> Search()
    {
        var places = new List<ChunkPlace>();
        _reader.MoveTo(_origin, _start);
        _scanner.Restart(0);
        while (_scanner.Read() is { } chunk)
            places.Add(new ChunkPlace(chunk.Steps.First, _reader.Position - TokenLayout.ChunkSize(_scanner.Lengths[^1])));
        return places;
    }

    private InvalidDataException Unreadable(InvalidDataException cause) =>
        new($"'{_name}' is no token container that can be read: {cause.Message}", cause);
}
