namespace AudioBsq.Training;

/// <summary>
/// The clips of one pass after another, read ahead as one stream: while the last crops of a pass are used, the next pass is being read.
/// Their order is the data's own, so that a run gives the same weights with and without reading ahead.
/// </summary>
/// <param name="data">Whose training clips are read; on another thread if anything is read ahead.</param>
/// <param name="first">The first pass that is asked for.</param>
/// <param name="ahead">Most clips that wait; 0 reads each when it is asked for.</param>
/// <param name="cancellation">Ends waiting for a clip.</param>
internal sealed class ClipPasses(TrainingData data, int first, int ahead, CancellationToken cancellation) : IDisposable
{
    private const long MostNumbers = 16 << 20; // 64 MB

    private static readonly float[] EndOfPass = [float.NaN];

    private readonly IEnumerator<float[]> _stream =
        (ahead == 0 ? Endless(data, first) : ReadAhead.Of(Endless(data, first), ahead, MostNumbers, cancellation)).GetEnumerator();

    /// <summary>The clips of the next pass; those of the one before must have been read to the end.</summary>
    public IEnumerable<float[]> Next()
    {
        while (_stream.MoveNext() && !ReferenceEquals(_stream.Current, EndOfPass)) yield return _stream.Current;
    }

    /// <summary>Stops reading; when this returns, nothing is read any more.</summary>
    public void Dispose() => _stream.Dispose();

    private static IEnumerable<float[]> Endless(TrainingData data, int first)
    {
        for (int pass = first; ; pass++)
        {
            foreach (float[] clip in data.Clips(pass)) yield return clip;
            yield return EndOfPass;
        }
    }
}
