using System.Security.Cryptography;

namespace AudioBsq.Decoding;

/// <summary>
/// The samples of a FLAC file, block by block, with all its checksums; of several streams one behind the other, all of them.
/// </summary>
internal sealed class FlacSource : IAudioSource
{
    private readonly Stream _stream;
    private readonly string _name;
    private FlacBitReader _reader;
    private FlacStreamInfo _info;
    private FlacBlock _block;
    private IncrementalHash? _md5;
    private byte[] _bytes = [];
    private float[] _samples = [];
    private int _at, _end;
    private long _frames, _blocks;
    private FlacFrameHeader? _first;
    private bool _ended;

    /// <summary>Reads from a stream whose position is the first block.</summary>
    public FlacSource(Stream stream, FlacStreamInfo info, string name)
    {
        (_stream, _reader, _info, _block, _name) = (stream, new FlacBitReader(stream), info, new FlacBlock(info), name);
        _md5 = HashOf(info);
        Format = new AudioFormat(info.SampleRate, info.Channels, FlacStreamInfo.FramesOfAll(info, stream), $"FLAC {info.Bits}-bit")
        {
            LfeChannel = info.LfeChannel,
        };
    }

    public AudioFormat Format { get; }

    public int Read(Span<float> interleaved)
    {
        int wanted = interleaved.Length / _info.Channels * _info.Channels, done = 0;
        while (done < wanted && (_at < _end || TryReadBlock()))
        {
            int count = Math.Min(wanted - done, _end - _at);
            _samples.AsSpan(_at, count).CopyTo(interleaved[done..]);
            _at += count;
            done += count;
        }

        return done;
    }

    public void Dispose() => _md5?.Dispose();

    private bool TryReadBlock()
    {
        try
        {
            if (_ended) return false;
            if (_frames == _info.Frames || _reader.AtEnd || !_reader.AtFrame) _ended = !TryGoOn();
            if (!_ended) ReadBlock();
            return !_ended;
        }
        catch (EndOfStreamException e)
        {
            throw Broken("is truncated", "the last block is incomplete", e);
        }
        catch (InvalidDataException e)
        {
            throw Broken("is damaged", e.Message, e);
        }
    }

    /// <summary>Where no block follows at once: goes to the next one behind tags, or in the next stream; false at the end.</summary>
    private bool TryGoOn()
    {
        while (true)
        {
            _stream.Position = _reader.Place;
            var next = FlacTail.Skip(_stream);
            bool full = _frames == _info.Frames, mayEnd = full || _info.Frames is null;
            if (next == FlacNext.Block && !full)
            {
                _reader = new FlacBitReader(_stream);
                return true;
            }

            if (next == FlacNext.Block && IsBlock()) throw new InvalidDataException("there are more samples than declared");
            if (next == FlacNext.Unknown && !full) throw new InvalidDataException("no block starts where one should");
            if (next == FlacNext.Stream && !mayEnd) throw new InvalidDataException("another recording starts");
            if (mayEnd && _md5 is not null && !VerifyMd5(_md5)) throw new InvalidDataException("the MD5 of the samples is wrong");
            if (next != FlacNext.Stream) return false; // who reads compares the lengths
            Begin(FlacStreamInfo.Read(_stream, _name));
            _reader = new FlacBitReader(_stream);
            if (_reader.AtFrame) return true;
        }
    }

    private bool IsBlock()
    {
        try
        {
            FlacFrameHeader.Read(new FlacBitReader(_stream));
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return false;
        }
    }

    private void Begin(FlacStreamInfo info)
    {
        if ((info.SampleRate, info.Channels) != (Format.SampleRate, Format.Channels))
        {
            throw new NotSupportedException(
                $"'{_name}' holds several FLAC recordings one after another, of different rates or numbers of channels: split it.");
        }

        _md5?.Dispose();
        (_info, _block, _md5, _frames, _blocks, _first) = (info, new FlacBlock(info), HashOf(info), 0, 0, null);
    }

    private static IncrementalHash? HashOf(FlacStreamInfo info) =>
        info.Md5 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.MD5);

    private void ReadBlock()
    {
        _reader.BeginFrame();
        var header = FlacFrameHeader.Read(_reader);
        CheckAgainstStream(header);
        _block.Read(_reader, header);
        ushort crc = _reader.FrameCrc();
        if (_reader.Read(16) != crc) throw new InvalidDataException("a block's checksum is wrong");

        int count = _block.Length * _info.Channels;
        if (_samples.Length < count) _samples = new float[count];
        _block.ToSingles(_samples);
        if (_md5 is not null)
        {
            int size = count * ((_info.Bits + 7) / 8);
            if (_bytes.Length < size) _bytes = new byte[size];
            _md5.AppendData(_bytes, 0, _block.ToBytes(_bytes));
        }

        (_at, _end) = (0, count);
        _frames += _block.Length;
        _blocks++;
    }

    /// <summary>Rate, channels and bits stay those of the stream, and no block is missing before this one.</summary>
    private void CheckAgainstStream(FlacFrameHeader header)
    {
        bool same = header.Channels == _info.Channels
            && (header.Bits == 0 || header.Bits == _info.Bits)
            && (header.SampleRate == 0 || header.SampleRate == _info.SampleRate);
        if (!same) throw new InvalidDataException("the format changes on the way");
        if (_frames + header.BlockSize > _info.Frames) throw new InvalidDataException("there are more samples than declared");
        _first ??= header; // a stream that was cut out of another one does not count from 0
        long passed = header.CountsSamples ? _frames : _blocks;
        if (header.CountsSamples == _first.Value.CountsSamples && header.Number - _first.Value.Number != passed)
            throw new InvalidDataException("a block is missing");
    }

    private bool VerifyMd5(IncrementalHash md5) => md5.GetHashAndReset().AsSpan().SequenceEqual(_info.Md5);

    private InvalidDataException Broken(string what, string why, Exception inner)
    {
        string length = _info.Frames is { } frames ? $"{_frames} of {frames}" : $"{_frames}";
        return new($"The FLAC file '{_name}' {what}: {length} frames could be decoded; then {why}.", inner);
    }
}
