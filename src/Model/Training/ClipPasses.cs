namespace AudioBsq.Training;

/// <summary>
/// The clips of one pass after another, read ahead: while the last crops of a pass are used, the next pass is being read. The clips keep
/// the data's order, so the weights do not depend on reading ahead.
/// </summary>
/// <param name="data">The training clips, which are read on another thread unless <paramref name="ahead"/> is 0.</param>
/// <param name="first">The first pass to read.</param>
/// <param name="ahead">Maximum number of clips that are read ahead; 0 to read each when it is needed.</param>
/// <param name="cancellation">Ends waiting for a clip.</param>
internal sealed class ClipPasses(TrainingData data, int first, int ahead, CancellationToken cancellation) : IDisposable
{
    private const long MaxValues = 16 << 20; // 64 MB

    private static readonly float[] EndOfPass = [float.NaN];

    private readonly IEnumerator<float[]> _stream =
        (ahead == 0 ? Endless(data, first) : ReadAhead.Of(Endless(data, first), ahead, MaxValues, cancellation)).GetEnumerator();

    /// <summary>The clips of the next pass; those of the previous one must have been read to the end.</summary>
    public IEnumerable<float[]> Next()
    {
        while (_stream.MoveNext() && !ReferenceEquals(_stream.Current, EndOfPass)) yield return _stream.Current;
    }

    /// <summary>Stops reading, and waits until the reading thread has ended.</summary>
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
