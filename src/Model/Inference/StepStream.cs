using System.Runtime.InteropServices;
using AudioBsq.Signal;

namespace AudioBsq.Inference;

/// <summary>
/// One half of a model over one clip whose values come in pieces of any size: values of whole time steps in, what the model makes of them
/// out, as soon as it can be known.
/// </summary>
/// <param name="perStep">Values of one time step.</param>
/// <param name="filler">What completes a step that the clip's end cuts short.</param>
internal abstract class StepStream<TIn, TOut>(int perStep, TIn filler) : IDisposable where TIn : unmanaged
{
    // Room for what is asked for again, and an end to what a piece of any size takes up.
    private const int StepsAtOnce = 256;

    /// <summary>Values of one time step.</summary>
    protected int PerStep => perStep;

    /// <summary>Values that may still matter, oldest first: those of <see cref="Steps"/> whole steps, and of one that has begun.</summary>
    protected SlidingBuffer<TIn> Values { get; } = new();

    /// <summary>Whole steps in <see cref="Values"/>.</summary>
    protected int Steps => Values.Count / perStep;

    /// <summary>Steps of the clip that are whole, from its beginning.</summary>
    protected long Whole { get; private set; }

    /// <summary>What can be known after these values.</summary>
    public TOut[] Accept(ReadOnlySpan<TIn> values)
    {
        var results = new List<TOut[]>();
        while (values.Length > 0)
        {
            var piece = values[..Math.Min(values.Length, StepsAtOnce * perStep)];
            values = values[piece.Length..];
            Take(piece);
            results.AddRange(Ready(ended: false));
        }

        return Together(results);
    }

    /// <summary>The clip ends: what is left of it. Another clip may follow.</summary>
    public TOut[] Flush()
    {
        int missing = (perStep - Values.Count % perStep) % perStep;
        if (missing > 0)
        {
            Values.AddRepeated(filler, missing);
            Whole++;
        }

        TOut[] last = Together([.. Ready(ended: true)]);
        Reset();
        return last;
    }

    /// <summary>Forgets the clip.</summary>
    public void Reset()
    {
        Values.Clear();
        Whole = 0;
        Restart();
    }

    /// <summary>Writes all that <see cref="Restore"/> needs.</summary>
    public void Save(BinaryWriter to)
    {
        to.Write(Whole);
        to.Write(Values.Count);
        to.Write(MemoryMarshal.AsBytes(Values.Values));
    }

    /// <exception cref="InvalidDataException">No stream of this model can have been in that state.</exception>
    public void Restore(BinaryReader from)
    {
        Reset();
        (long whole, int count) = (from.ReadInt64(), from.ReadInt32());
        if (whole < 0 || count < 0 || count / perStep != StepsAfter(whole)) throw new InvalidDataException($"The state has {count:N0} values after {whole:N0} steps, which cannot be.");
        var values = new TIn[count];
        from.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        Values.Add(values);
        Whole = whole;
        Continue();
    }

    public abstract void Dispose();

    /// <summary>Whole steps that are kept from one call to the next after so many of the clip.</summary>
    protected abstract long StepsAfter(long whole);

    /// <summary>Runs what may be run, and forgets what no longer matters.</summary>
    protected abstract IEnumerable<TOut[]> Ready(bool ended);

    /// <summary>Is ready for another clip.</summary>
    protected abstract void Restart();

    /// <summary>Goes on from restored <see cref="Values"/>.</summary>
    protected abstract void Continue();

    private void Take(ReadOnlySpan<TIn> piece)
    {
        Whole += (Values.Count % perStep + piece.Length) / perStep;
        Values.Add(piece);
    }

    private static TOut[] Together(List<TOut[]> results) => results.Count == 1 ? results[0] : [.. results.SelectMany(result => result)];
}
