namespace AudioBsq.Inference;

/// <summary>Pools the features of one clip, which come in pieces.</summary>
/// <param name="options">How to pool.</param>
/// <param name="model">The model.</param>
/// <param name="steps">Time steps of the clip.</param>
internal sealed class EmbeddingPool(EmbeddingOptions options, AudioBsqOptions model, int steps)
{
    private readonly int _width = model.Encoder.Width, _rows = options.RowsOf(model);
    private readonly (double Sum, double Squares)[] _channels = // (parts, rows, width)
        new (double, double)[options.Parts * options.RowsOf(model) * model.Encoder.Width];

    /// <summary>Adds features of whole time steps (steps, rows of patches, width).</summary>
    public void Add(long firstStep, ReadOnlySpan<float> features)
    {
        int perStep = model.PatchesPerStep * _width;
        for (int part = 0; part < options.Parts; part++)
        {
            var (start, end) = StepsOf(part);
            for (long step = Math.Max(start, firstStep); step < Math.Min(end, firstStep + features.Length / perStep); step++)
                AddStep(part, features.Slice((int)(step - firstStep) * perStep, perStep));
        }
    }

    /// <summary>The embedding; zeros for a clip without frames.</summary>
    public float[] Result()
    {
        float[] result = new float[options.SizeOf(model)];
        if (steps == 0) return result;
        int stride = options.Deviation ? 2 * _width : _width;
        for (int i = 0; i < _channels.Length; i++)
        {
            (int group, int channel) = Math.DivRem(i, _width);
            var (start, end) = StepsOf(group / _rows);
            double count = (end - start) * model.PatchesPerStep / _rows, mean = _channels[i].Sum / count;
            result[group * stride + channel] = (float)mean;
            if (options.Deviation)
                result[group * stride + _width + channel] = (float)Math.Sqrt(Math.Max(0, _channels[i].Squares / count - mean * mean));
        }

        return result;
    }

    private void AddStep(int part, ReadOnlySpan<float> features)
    {
        for (int row = 0; row < model.PatchesPerStep; row++)
        {
            var channels = _channels.AsSpan((part * _rows + row % _rows) * _width, _width);
            for (int i = 0; i < channels.Length; i++)
            {
                double value = features[row * _width + i];
                channels[i] = (channels[i].Sum + value, channels[i].Squares + value * value);
            }
        }
    }

    private (long Start, long End) StepsOf(int part)
    {
        long start = (long)part * steps / options.Parts;
        return (start, Math.Max(start + 1, (part + 1L) * steps / options.Parts));
    }
}
