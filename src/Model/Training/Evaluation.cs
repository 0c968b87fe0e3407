using AudioBsq.Quantization;

namespace AudioBsq.Training;

/// <summary>Gathers reconstruction error and codes over clips.</summary>
internal sealed class Evaluation(AudioBsqModel model)
{
    private readonly List<long> _codes = [];
    private double _absolute, _squared;
    private long _numbers;
    private int _clips;

    public void Add(float[] mel)
    {
        if (mel.Length == 0) return;
        var options = model.Options;
        int[] tokens = model.Encode(mel);
        float[] drawn = model.Decode(tokens);
        for (int i = 0; i < mel.Length; i++) // the last patch may reach beyond the clip: what lies there is not measured
        {
            double difference = (double)drawn[i] - mel[i];
            _absolute += Math.Abs(difference);
            _squared += difference * difference;
        }

        _numbers += mel.Length;
        _clips++;
        for (int i = 0; i < tokens.Length; i += options.TokensPerPosition)
        {
            long code = 0;
            for (int j = 0; j < options.TokensPerPosition; j++) code = code << options.BitsPerToken | (long)tokens[i + j];
            _codes.Add(code);
        }
    }

    public ReconstructionMetrics Result()
    {
        if (_clips == 0) throw new InvalidOperationException("There are no frames to measure on.");
        return new ReconstructionMetrics
        {
            Clips = _clips,
            Frames = _numbers / model.Options.Bands,
            MeanAbsoluteError = _absolute / _numbers,
            MeanSquaredError = _squared / _numbers,
            Codes = CodebookDiagnostics.Of(_codes.ToArray(), model.Options.Quantizer.Bits),
        };
    }
}
