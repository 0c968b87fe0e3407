using System.Runtime.InteropServices;

namespace AudioBsq.Vocoding;

/// <summary>The last mel frames of a synthesizer's clip, by which its state is saved. Immutable.</summary>
internal sealed class RecentFrames
{
    private const long MaxFrames = 1L << 40; // centuries

    private readonly int _bands, _maxLevels;
    private readonly long _frames;

    /// <summary>Before the first frame.</summary>
    public RecentFrames(NeuralVocoder vocoder)
    {
        _bands = vocoder.Mel.Bands;
        _maxLevels = VocoderStream.FramesToRestore(vocoder.Options, vocoder.Mel) * _bands;
    }

    private RecentFrames(RecentFrames before, long frames, float[] levels) =>
        (_bands, _maxLevels, _frames, Levels) = (before._bands, before._maxLevels, frames, levels);

    /// <summary>(frames, bands), all that later sound depends on.</summary>
    public float[] Levels { get; } = [];

    /// <summary>Frames of the clip before <see cref="Levels"/>.</summary>
    public long FramesBefore => _frames - Levels.Length / _bands;

    /// <summary>The last frames after more frames have been added.</summary>
    public RecentFrames Append(ReadOnlySpan<float> mel)
    {
        int kept = Math.Clamp(_maxLevels - mel.Length, 0, Levels.Length);
        float[] levels = [.. Levels.AsSpan(Levels.Length - kept), .. mel[Math.Max(0, mel.Length - _maxLevels)..]];
        return new RecentFrames(this, _frames + mel.Length / _bands, levels);
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_frames);
        writer.Write(Levels.Length);
        writer.Write(MemoryMarshal.AsBytes<float>(Levels));
    }

    /// <summary>Reads what <see cref="Save"/> wrote; the levels themselves are not checked.</summary>
    /// <exception cref="InvalidDataException">No clip of this vocoder can have that many frames or levels.</exception>
    /// <exception cref="EndOfStreamException">The state ends too early.</exception>
    public RecentFrames Read(BinaryReader reader)
    {
        long frames = reader.ReadInt64();
        if (frames is < 0 or > MaxFrames) throw new InvalidDataException($"A stream cannot have had {frames:N0} frames.");
        int expected = (int)Math.Min(frames * _bands, _maxLevels), length = reader.ReadInt32();
        if (length != expected)
        {
            throw new InvalidDataException(
                $"A stream of this vocoder keeps {expected:N0} levels after {frames:N0} frames, not {length:N0}.");
        }

        float[] levels = new float[length];
        reader.ReadExactly(MemoryMarshal.AsBytes(levels.AsSpan()));
        return new RecentFrames(this, frames, levels);
    }
}
