using AudioBsq.Quantization;

namespace AudioBsq.Metrics;

/// <summary>Adds up reconstruction errors and collects tokens over clips.</summary>
internal sealed class ReconstructionEvaluation(int bands, int bitsPerToken, int tokensPerPosition = 1)
{
    private readonly List<long> _tokens = [];
    private double _absolute, _squared;
    private long _values;
    private int _clips;

    /// <summary>The last patch of <paramref name="reconstructed"/> may reach beyond the clip; what lies there is not measured.</summary>
    public void Add(ReadOnlySpan<float> mel, ReadOnlySpan<float> reconstructed, ReadOnlySpan<int> tokens)
    {
        if (mel.IsEmpty) return;
        for (int i = 0; i < mel.Length; i++)
        {
            double difference = (double)reconstructed[i] - mel[i];
            _absolute += Math.Abs(difference);
            _squared += difference * difference;
        }

        _values += mel.Length;
        _clips++;
        foreach (int token in tokens) _tokens.Add(token);
    }

    /// <exception cref="InvalidOperationException">There was nothing to measure.</exception>
    public ReconstructionMetrics Result()
    {
        if (_clips == 0) throw new InvalidOperationException("There are no frames to measure on.");
        return new ReconstructionMetrics
        {
            Clips = _clips,
            Frames = _values / bands,
            MeanAbsoluteError = _absolute / _values,
            MeanSquaredError = _squared / _values,
            Codes = CodebookDiagnostics.Of(_tokens.ToArray(), bitsPerToken, tokensPerPosition),
        };
    }
}
