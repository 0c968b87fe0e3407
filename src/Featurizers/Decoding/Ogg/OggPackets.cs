namespace AudioBsq.Decoding;

/// <summary>A packet of an Ogg stream. Its bytes are there until the next one is read.</summary>
/// <param name="Data">The bytes.</param>
/// <param name="Granule">Position in samples at its end, where it is the last packet that ends on its page; −1 otherwise.</param>
internal readonly record struct OggPacket(ReadOnlyMemory<byte> Data, long Granule);

/// <summary>
/// The packets of an Ogg file's sound. A file is a chain of links; of the streams that a link holds at the same time the first one with
/// sound is read (RFC 3533, section 4).
/// </summary>
internal sealed class OggPackets(Stream stream, string name)
{
    private const int MaxPacket = 1 << 26;

    private readonly OggPages _pages = new(stream, name);
    private byte[] _joined = [];
    private int _partLength, _segment, _segmentAt, _lastEnd;
    private bool _isPending, _hasPage, _isOpen, _ended;
    private uint _serial, _next;
    private int _given;

    /// <summary>Where the current link starts.</summary>
    public long Start { get; private set; }

    /// <summary>The first packet of the current link's sound: it names its codec.</summary>
    public byte[] Head { get; private set; } = [];

    /// <summary>
    /// Packets behind the first one that are no sound yet: pages may be missing after them, in a stream cut out of another.
    /// </summary>
    public int Headers { get; set; }

    /// <summary>Whether the current page is marked as the last of its stream.</summary>
    public bool IsEnded => _ended;

    /// <summary>Goes on to the next link that has sound. False where there is none.</summary>
    public bool NextLink()
    {
        Head = [];
        while (ReadPage())
        {
            if (!_pages.Begins && Head.Length == 0) continue;
            _isPending = !_pages.Begins;
            if (_isPending) break;
            if (Head.Length == 0 && OggCodec.IsSound(_pages.Body.Span)) Choose();
        }

        if (Head.Length > 0) return true;
        if (_hasPage) RequireNoMore();
        return false;
    }

    /// <summary>The next packet of the current link. False at the link's end.</summary>
    /// <exception cref="InvalidDataException">A page is missing or damaged, or a packet incomplete.</exception>
    public bool Next(out OggPacket packet)
    {
        while (true)
        {
            while (_isOpen && _segment < _pages.Segments.Length)
            {
                if (!TakePart(out var data)) continue;
                _given++;
                packet = new(data, _segment == _lastEnd ? _pages.Granule : -1);
                return true;
            }

            _isOpen = false;
            packet = default;
            if (!NextPage()) return false;
        }
    }

    /// <summary>The error to throw where the current page is not as it should be.</summary>
    public InvalidDataException Damaged(string what) => _pages.Broken($"is damaged: the page at byte {_pages.At} {what}");

    private void Choose()
    {
        var segments = _pages.Segments;
        int end = segments.IndexOfAnyExcept((byte)255), length = 0;
        for (int i = 0; i <= end; i++) length += segments[i];
        if (end < 0) throw Damaged("holds no whole first packet");
        Head = _pages.Body[..length].ToArray();
        (Start, _serial, _next, _given, _partLength) = (_pages.At, _pages.Serial, _pages.Sequence + 1, 0, 0);
        (_isOpen, _ended) = (false, _pages.Ends);
    }

    private bool TakePart(out ReadOnlyMemory<byte> packet)
    {
        var segments = _pages.Segments;
        int start = _segmentAt;
        bool isWhole = false;
        while (!isWhole && _segment < segments.Length)
        {
            isWhole = segments[_segment] < 255;
            _segmentAt += segments[_segment++];
        }

        packet = _pages.Body[start.._segmentAt];
        if (isWhole && _partLength == 0) return true;
        if (_partLength + packet.Length > MaxPacket) throw Damaged($"goes on with a packet of more than {MaxPacket >> 20} MiB");
        if (_joined.Length < _partLength + packet.Length) Array.Resize(ref _joined, 2 * (_partLength + packet.Length));
        packet.CopyTo(_joined.AsMemory(_partLength));
        _partLength += packet.Length;
        packet = _joined.AsMemory(0, _partLength);
        if (isWhole) _partLength = 0;
        return isWhole;
    }

    private bool NextPage()
    {
        while (ReadPage())
        {
            _isPending = _pages.Begins;
            if (_isPending) break;
            if (_pages.Serial != _serial) continue;
            if (_ended) throw Damaged("follows the end of its stream");
            BeginPage();
            return true;
        }

        if (_partLength > 0) throw _pages.Broken($"is truncated: the last packet before byte {_pages.At} is incomplete");
        if (!_isPending) RequireNoMore();
        return false;
    }

    private void BeginPage()
    {
        bool isGap = _pages.Sequence != _next;
        if (isGap && _given > Headers) throw Damaged("is not the next one of its stream: sound before it is missing");
        if (!isGap && _pages.Continues != _partLength > 0) throw Damaged("does not go on where the one before ends");
        (_isOpen, _ended, _next, _segment, _segmentAt) = (true, _pages.Ends, _pages.Sequence + 1, 0, 0);
        _lastEnd = _pages.Segments.LastIndexOfAnyExcept((byte)255) + 1;
        if (!isGap) return;
        _partLength = 0;
        if (_pages.Continues) TakePart(out _); // the rest of a packet whose start is missing
        _partLength = 0;
    }

    private bool ReadPage()
    {
        bool isThere = _isPending || _pages.Next();
        _isPending = false;
        _hasPage |= isThere;
        return isThere;
    }

    /// <summary>Bytes that are no page may follow a finished stream, such as a tag; but no pages behind them.</summary>
    private void RequireNoMore()
    {
        long at = stream.Position;
        if (at == stream.Length) return;
        if (!_ended || _pages.FindAny()) throw _pages.Broken($"is damaged: no page starts at byte {at}");
    }
}
