using System.Runtime.InteropServices;
using AudioBsq.Signal;

namespace AudioBsq.Inference;

/// <summary>
/// The encoder or decoder of a model, for one clip whose values come in pieces of any size. Results come as soon as no later value can
/// change them. Clips may follow one another.
/// </summary>
/// <param name="perStep">Values of one time step.</param>
/// <param name="filler">The value that fills up a step that the clip's end cuts short.</param>
internal abstract class StepStream<TIn, TOut>(int perStep, TIn filler) : IDisposable where TIn : unmanaged
{
    // Larger pieces are processed in parts, which bounds the memory of one call.
    private const int StepsAtOnce = 256;

    private bool _disposed;

    /// <summary>True after <see cref="Dispose"/>.</summary>
    public bool IsDisposed => _disposed;

    /// <summary>Values of one time step.</summary>
    protected int PerStep => perStep;

    /// <summary>
    /// Values that later results may depend on, oldest first: <see cref="Steps"/> whole steps and the beginning of the next one.
    /// </summary>
    protected SlidingBuffer<TIn> Values { get; } = new();

    /// <summary>Whole steps in <see cref="Values"/>.</summary>
    protected int Steps => Values.Count / perStep;

    /// <summary>Whole steps of the clip so far.</summary>
    protected long Whole { get; private set; }

    /// <summary>Adds values, and returns the results that no later value can change.</summary>
    public TOut[] Accept(ReadOnlySpan<TIn> values)
    {
        var results = new List<TOut[]>();
        while (values.Length > 0)
        {
            var piece = values[..Math.Min(values.Length, StepsAtOnce * perStep)];
            values = values[piece.Length..];
            Add(piece);
            results.AddRange(Ready(ended: false));
        }

        return Concatenate(results);
    }

    /// <summary>Ends the clip, and returns the results that are left. Another clip may follow.</summary>
    public TOut[] Flush()
    {
        int missing = (perStep - Values.Count % perStep) % perStep;
        if (missing > 0)
        {
            Values.AddRepeated(filler, missing);
            Whole++;
        }

        TOut[] last = Concatenate([.. Ready(ended: true)]);
        Reset();
        return last;
    }

    /// <summary>Forgets the clip; another may follow.</summary>
    public void Reset()
    {
        Values.Clear();
        Whole = 0;
        Restart();
    }

    /// <summary>Writes the state for <see cref="Restore"/>.</summary>
    public void Save(BinaryWriter to)
    {
        to.Write(Whole);
        to.Write(Values.Count);
        to.Write(MemoryMarshal.AsBytes(Values.Values));
    }

    /// <exception cref="InvalidDataException">No stream of this model can have such a state.</exception>
    public void Restore(BinaryReader from)
    {
        Reset();
        (long whole, int count) = (from.ReadInt64(), from.ReadInt32());
        if (whole < 0 || count < 0 || count / perStep != KeptSteps(whole))
            throw new InvalidDataException($"The state has {count:N0} values after {whole:N0} steps, which is impossible.");
        var values = new TIn[count];
        from.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        Values.Add(values);
        Whole = whole;
        Continue();
    }

    /// <summary>Frees the caches; can be called again.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        DisposeCaches();
    }

    /// <summary>Frees native memory.</summary>
    protected abstract void DisposeCaches();

    /// <summary>Steps that are kept in <see cref="Values"/> between two calls, after <paramref name="whole"/> steps of the clip.</summary>
    protected abstract long KeptSteps(long whole);

    /// <summary>Runs the steps that are complete, and drops values that no later result depends on.</summary>
    protected abstract IEnumerable<TOut[]> Ready(bool ended);

    /// <summary>Prepares for another clip.</summary>
    protected abstract void Restart();

    /// <summary>Continues from restored <see cref="Values"/>.</summary>
    protected abstract void Continue();

    private void Add(ReadOnlySpan<TIn> piece)
    {
        Whole += (Values.Count % perStep + piece.Length) / perStep;
        Values.Add(piece);
    }

    private static TOut[] Concatenate(List<TOut[]> results) =>
        results.Count == 1 ? results[0] : [.. results.SelectMany(result => result)];
}
