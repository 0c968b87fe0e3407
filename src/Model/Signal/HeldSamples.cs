using System.Runtime.InteropServices;

namespace AudioBsq.Signal;

/// <summary>
/// The part of an endless waveform that is still needed: samples are added behind and dropped in front. Its memory never grows.
/// </summary>
internal sealed class HeldSamples
{
    /// <summary>The longest waveform that a state may claim to have seen: more than 40 years, and far from where 64 bits end.</summary>
    public const long MostSamples = 1L << 50;

    private readonly float[] _samples;
    private readonly int _room;
    private int _first, _end;

    /// <param name="room">Samples that can be held at a time.</param>
    /// <param name="spare">Numbers behind them that <see cref="From"/> may be read on into; they mean nothing, but are finite.</param>
    public HeldSamples(int room, int spare = 0) => (_samples, _room) = (new float[room + spare], room);

    /// <summary>The position of the first sample that is held.</summary>
    public long Start { get; private set; }

    /// <summary>The samples that are held.</summary>
    public Span<float> Samples => _samples.AsSpan(_first, _end - _first);

    /// <summary>What lies from a position on, and all that is behind it.</summary>
    public ReadOnlySpan<float> From(long position) => _samples.AsSpan(_first + (int)(position - Start));

    /// <summary>Adds as many as there is room for, and gives their number.</summary>
    public int Add(ReadOnlySpan<float> samples)
    {
        if (samples.Length > _room - _end)
        {
            Samples.CopyTo(_samples);
            (_first, _end) = (0, _end - _first);
        }

        int count = Math.Min(samples.Length, _room - _end);
        samples[..count].CopyTo(_samples.AsSpan(_end));
        _end += count;
        return count;
    }

    /// <summary>Forgets the samples before a position, which need not be held.</summary>
    public void DropBefore(long position)
    {
        int count = (int)Math.Clamp(position - Start, 0, _end - _first);
        _first += count;
        Start += count;
    }

    /// <summary>Forgets everything; the next sample to be added is that at <paramref name="start"/>.</summary>
    public void Clear(long start = 0) => (_first, _end, Start) = (0, 0, start);

    /// <summary>Writes the samples that are held.</summary>
    public void Save(BinaryWriter to)
    {
        to.Write(Start);
        to.Write(Samples.Length);
        to.Write(MemoryMarshal.AsBytes(Samples));
    }

    /// <summary>Reads what <see cref="Save"/> wrote, where it is as much as is expected. Where it is not, everything stays as it was.</summary>
    /// <exception cref="InvalidDataException">It is not, or a sample is no sample of a waveform.</exception>
    /// <exception cref="EndOfStreamException">The state ends too early.</exception>
    public void Restore(BinaryReader from, long start, long count)
    {
        if (from.ReadInt64() != start || from.ReadInt32() != count || count > _room)
            throw new InvalidDataException("The state of a stream holds other samples than those that are needed at its place.");
        float[] samples = new float[count];
        from.ReadExactly(MemoryMarshal.AsBytes(samples.AsSpan()));
        if (!Signal.Samples.AreValid(samples)) throw new InvalidDataException("The state of a stream holds samples that are no sound.");
        Clear(start);
        Add(samples);
    }
}
