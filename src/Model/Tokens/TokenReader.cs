namespace AudioBsq.Tokens;

/// <summary>
/// Reads a token container (.absq) from a stream's position on. Nothing that it says is believed before a check sum agreed, and memory follows
/// what is really there: one chunk at a time, or with <see cref="ReadAll"/> at most 64 tokens for each byte. Damage costs the chunks that it
/// hits and no others.
/// </summary>
/// <example>
/// <code>
/// using var file = File.OpenRead("hello.absq");
/// var reader = new TokenReader(file, "hello.absq");
/// reader.Header.CheckMadeBy(model, "tokenizer");
/// var all = reader.ReadAll();
/// float[] mel = model.Decode(all.Tokens);
/// </code>
/// </example>
public sealed class TokenReader
{
    private readonly Stream _stream;
    private readonly string _name;
    private readonly long _origin;
    private readonly ByteWindow _window;
    private readonly ChunkScanner _scanner;
    private readonly List<StepRange> _missing = [];
    private readonly bool _headerIsDamaged;
    private (TokenHeader Header, long Samples, uint Chunks)? _tail;
    private List<(long Step, long Position)>? _places;
    private long _start, _due;
    private bool _hasBegun, _isAtEnd;

    /// <summary>Reads the header; of a stream that can seek also the end, which stands in for a header that is damaged.</summary>
    /// <param name="stream">The container, which stays open; it ends where the stream does.</param>
    /// <param name="name">A name for messages.</param>
    /// <exception cref="InvalidDataException">It is no token container, or of another version, or its header is damaged and the end cannot stand in.</exception>
    public TokenReader(Stream stream, string name = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        (_stream, _name, _window) = (stream, name, new ByteWindow(stream));
        if (stream.CanSeek) _origin = stream.Position;
        try
        {
            if (stream.CanSeek) _tail = ReadTail();
            var header = ReadHeader();
            _headerIsDamaged = header is null;
            Header = header ?? _tail?.Header ?? throw new InvalidDataException(stream.CanSeek
                ? "It does not begin as one, or its header is damaged, and its end is too."
                : "It does not begin as one, or its header is damaged; from a stream that can seek it may be recovered.");
            _scanner = new ChunkScanner(_window, Header);
            TakeTail();
        }
        catch (InvalidDataException cause)
        {
            throw Broken(cause);
        }
    }

    /// <summary>Whether a file that begins with these bytes, 8 or more, begins as a token container.</summary>
    public static bool IsBeginning(ReadOnlySpan<byte> bytes) => bytes.StartsWith(TokenLayout.Magic);

    /// <summary>What the tokens are. Where the header was damaged, it is without name and metadata.</summary>
    public TokenHeader Header { get; }

    /// <summary>Samples of the original at the model's rate. Where only the end says so, and the stream cannot seek, null until that is reached.</summary>
    public long? Samples => Header.Samples ?? _tail?.Samples;

    /// <summary>Time steps in all; known when <see cref="Samples"/> is.</summary>
    public long? Steps => Samples is { } samples ? Header.StepsOf(samples) : null;

    /// <summary>Steps that were found to be missing, up to where reading is.</summary>
    public IReadOnlyList<StepRange> Missing => _missing;

    /// <summary>The next chunk that is whole, or null at the end.</summary>
    /// <exception cref="InvalidDataException">So much is damaged that searching on would take too long, or two parts contradict each other.</exception>
    public TokenChunk? ReadChunk()
    {
        try
        {
            _hasBegun = true;
            if (_isAtEnd) return null;
            if (_scanner.Read() is { } chunk)
            {
                AddMissing(chunk.Steps.First);
                _due = chunk.Steps.End;
                return chunk;
            }

            _isAtEnd = true;
            if (!_stream.CanSeek && _scanner.Passed.Count >= TokenLayout.Tail) _tail = TokenLayout.TailFrom([.. _scanner.Passed.Skip(_scanner.Passed.Count - TokenLayout.Tail)]);
            TakeTail();
            if (Steps is { } steps) AddMissing(steps);
            return null;
        }
        catch (InvalidDataException cause)
        {
            throw Broken(cause);
        }
    }

    /// <summary>
    /// Goes to a time step, by the index or, where that is damaged, by a search through the whole stream: the next chunk that is read is the
    /// one that holds the step, or the first whole one after it.
    /// </summary>
    /// <exception cref="NotSupportedException">The stream cannot seek.</exception>
    public void Seek(long step)
    {
        Check.That(step >= 0, step, "must not be negative");
        if (!_stream.CanSeek) throw new NotSupportedException("This stream cannot seek; read chunk after chunk instead.");
        _hasBegun = true;
        _places ??= Index() ?? Search();
        int place = _places.FindIndex(place => place.Step + Header.StepsPerChunk > step);
        _isAtEnd = false;
        _missing.Clear();
        _due = Math.Min(step / Header.StepsPerChunk * Header.StepsPerChunk, Steps ?? step);
        _window.MoveTo(_origin, place < 0 ? _stream.Length - _origin : _places[place].Position);
        _scanner.Restart(_due / Header.StepsPerChunk);
    }

    /// <summary>Goes to a time, as <see cref="Seek(long)"/>.</summary>
    /// <exception cref="NotSupportedException">The stream cannot seek.</exception>
    public void Seek(TimeSpan time) => Seek((long)(time.TotalSeconds * Header.StepsPerSecond));

    /// <summary>Reads all chunks from the first on.</summary>
    /// <exception cref="InvalidOperationException">Chunks were read already.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="ReadChunk"/>, or the places of chunks are far beyond what the container has bytes for.</exception>
    public TokenSequence ReadAll()
    {
        if (_hasBegun) throw new InvalidOperationException("Chunks were read already; all can be read only from the first on.");
        var tokens = new List<int>();
        while (ReadChunk() is { } chunk)
        {
            long end = chunk.Steps.End * Header.TokensPerStep;
            if (end > Math.Min(_window.Position * TokenLayout.MostTokensPerByte, Array.MaxLength))
                throw Broken(new InvalidDataException($"{_window.Position:N0} bytes of it lead to token {end:N0}; read it chunk by chunk."));
            tokens.AddRange(new int[(int)(chunk.Steps.First * Header.TokensPerStep - tokens.Count)]);
            tokens.AddRange(chunk.Tokens.Span);
        }

        return new TokenSequence(Header, Samples, [.. tokens], [.. _missing], [.. Damage()]);
    }

    /// <summary>What is damaged, each a part of a sentence; asked for behind the last chunk, read from the first on.</summary>
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

        if (_tail is null) yield return "its end is damaged or cut off";
        else if (_missing.Count == 0 && !_scanner.Passed.SequenceEqual(TokenLayout.EndOf(Header, _tail.Value.Samples, _scanner.Lengths))) yield return "its index is damaged";
    }

    private void AddMissing(long end)
    {
        if (end > _due) _missing.Add(new StepRange(_due, end - _due));
    }

    private TokenHeader? ReadHeader()
    {
        int size = TokenHeaderBytes.SizeOf(_window.Ahead(TokenHeaderBytes.Fixed));
        var bytes = _window.Ahead(size);
        if (size == 0 || bytes.Length < size || TokenHeaderBytes.Read(bytes) is not { } header) return null;
        _window.Take(size);
        _start = size;
        return header;
    }

    private (TokenHeader Header, long Samples, uint Chunks)? ReadTail()
    {
        if (_stream.Length - _origin < TokenLayout.Tail) return null;
        byte[] bytes = new byte[TokenLayout.Tail];
        _stream.Position = _stream.Length - TokenLayout.Tail;
        int count = _stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        _stream.Position = _origin;
        return TokenLayout.TailFrom(bytes.AsSpan(0, count));
    }

    // The end of another file, behind this one's beginning, says nothing about it.
    private void TakeTail()
    {
        if (_tail is { } tail && tail.Header != Header with { ModelName = "", Samples = null, Metadata = tail.Header.Metadata }) _tail = null;
        if (_tail is { } known && Header.Samples is { } samples && samples != known.Samples)
            throw new InvalidDataException($"Its header claims {samples:N0} samples and its end {known.Samples:N0}.");
        _scanner.Steps = Steps;
    }

    private List<(long Step, long Position)>? Index()
    {
        if (_tail is not { } tail) return null;
        long end = _stream.Length - _origin - TokenLayout.Tail, size = TokenLayout.IndexHead + 2L * tail.Chunks + TokenLayout.IndexFoot;
        if (size > end || size > Array.MaxLength) return null;
        byte[] index = new byte[size];
        _stream.Position = _origin + end - size;
        if (_stream.ReadAtLeast(index, index.Length, throwOnEndOfStream: false) < size || TokenLayout.LengthsFrom(index) is not { } lengths) return null;
        long position = end - size - lengths.Sum(length => (long)TokenLayout.ChunkHead + length + TokenLayout.ChunkFoot);
        if (_headerIsDamaged ? position < 0 : position != _start) return null;
        var places = new List<(long, long)>(lengths.Length);
        foreach (ushort length in lengths)
        {
            places.Add(((long)places.Count * Header.StepsPerChunk, position));
            position += TokenLayout.ChunkHead + length + TokenLayout.ChunkFoot;
        }

        return places;
    }

    private List<(long Step, long Position)> Search()
    {
        var places = new List<(long, long)>();
        _window.MoveTo(_origin, _start);
        _scanner.Restart(0);
        while (_scanner.Read() is { } chunk) places.Add((chunk.Steps.First, _window.Position - TokenLayout.ChunkHead - _scanner.Lengths[^1] - TokenLayout.ChunkFoot));
        return places;
    }

    private InvalidDataException Broken(InvalidDataException cause) => new($"'{_name}' is no token container that can be read: {cause.Message}", cause);
}
