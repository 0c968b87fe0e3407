using System.Security.Cryptography;

namespace AudioBsq.Decoding;

/// <summary>The samples of a FLAC file, block by block, with all its checksums.</summary>
internal sealed class FlacSource : IAudioSource
{
    private readonly FlacBitReader _reader;
    private readonly FlacStreamInfo _info;
    private readonly FlacBlock _block;
    private readonly string _name;
    private readonly IncrementalHash? _md5;
    private byte[] _bytes = [];
    private float[] _samples = [];
    private int _at, _end;
    private long _frames, _blocks;
    private FlacFrameHeader? _first;
    private bool _ended;

    /// <summary>Reads from a stream whose position is the first block.</summary>
    public FlacSource(Stream stream, FlacStreamInfo info, string name)
    {
        (_reader, _info, _block, _name) = (new FlacBitReader(stream), info, new FlacBlock(info), name);
        _md5 = info.Md5 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        Format = new AudioFormat(info.SampleRate, info.Channels, info.Frames, $"FLAC {info.Bits}-bit") { LfeChannel = info.LfeChannel };
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
            if (_frames == _info.Frames || _reader.AtEnd)
            {
                _ended = true;
                bool complete = _info.Frames is null || _frames == _info.Frames; // who reads compares the lengths
                if (complete && _md5 is not null && !VerifyMd5(_md5)) throw new InvalidDataException("the MD5 of the samples is wrong");
                return false;
            }

            ReadBlock();
            return true;
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
