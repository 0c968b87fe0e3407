using AudioBsq.Quantization;

namespace AudioBsq.Training;

/// <summary>Gathers reconstruction error and tokens over clips.</summary>
internal sealed class Evaluation(int bands, int bitsPerToken, int tokensPerPosition = 1)
{
    private readonly List<long> _tokens = [];
    private double _absolute, _squared;
    private long _numbers;
    private int _clips;

    /// <summary>The last patch of <paramref name="drawn"/> may reach beyond the clip; what lies there is not measured.</summary>
    public void Add(ReadOnlySpan<float> mel, ReadOnlySpan<float> drawn, ReadOnlySpan<int> tokens)
    {
        if (mel.IsEmpty) return;
        for (int i = 0; i < mel.Length; i++)
        {
            double difference = (double)drawn[i] - mel[i];
            _absolute += Math.Abs(difference);
            _squared += difference * difference;
        }

        _numbers += mel.Length;
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
            Frames = _numbers / bands,
            MeanAbsoluteError = _absolute / _numbers,
            MeanSquaredError = _squared / _numbers,
            Codes = CodebookDiagnostics.Of(_tokens.ToArray(), bitsPerToken, tokensPerPosition),
        };
    }
}
