using AudioBsq.Distributed;
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

    /// <summary>The metrics of the clips of all ranks in a group.</summary>
    /// <exception cref="InvalidOperationException">There was nothing to measure.</exception>
    public ReconstructionMetrics Result(RankGroup group)
    {
        double[] sums = group.Sum(_absolute, _squared, _values, _clips);
        var (values, clips) = ((long)sums[2], (int)sums[3]);
        if (clips == 0) throw new InvalidOperationException("There are no frames to measure on.");
        return new ReconstructionMetrics
        {
            Clips = clips,
            Frames = values / bands,
            MeanAbsoluteError = sums[0] / values,
            MeanSquaredError = sums[1] / values,
            Codes = CodebookDiagnostics.Of(group.Gather([.. _tokens]), bitsPerToken, tokensPerPosition),
        };
    }
}
