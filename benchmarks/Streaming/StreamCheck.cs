using AudioBsq.Networks;
using AudioBsq.Signal;
using TorchSharp;

namespace AudioBsq.Benchmarks.Streaming;

/// <summary>Compares the tokens of recordings that are tokenized whole with those found in other ways, at random from one seed.</summary>
internal sealed class StreamCheck
{
    private readonly AudioBsqModel _model;
    private readonly MelSpectrogram _spectrogram;
    private readonly float[][] _sounds, _mels;
    private readonly int[][] _tokens;
    private readonly Random _random = new(1);

    public StreamCheck(AudioBsqModel model, float[][] sounds)
    {
        _model = model;
        _spectrogram = new MelSpectrogram(model.Mel);
        _sounds = sounds;
        _mels = Array.ConvertAll(sounds, sound => _spectrogram.Extract(sound));
        _tokens = Array.ConvertAll(_mels, mel => model.Encode(mel));
    }

    public int Clips => _sounds.Length;

    public double Seconds => _sounds.Sum(sound => sound.Length) / (double)_model.Mel.SampleRate;

    public int Tokens => _tokens.Sum(tokens => tokens.Length);

    /// <summary>Whether a clip gives the same tokens in pieces, with the stream saved and restored about five times.</summary>
    public bool CutIsEqual(int number)
    {
        int clip = number % _sounds.Length;
        return Streamed(_sounds[clip]).SequenceEqual(_tokens[clip]);
    }

    /// <summary>Whether all clips, in batches of random size and order, give the same tokens.</summary>
    public bool BatchIsEqual() => Batched().Zip(_tokens).All(pair => pair.First.SequenceEqual(pair.Second));

    /// <summary>Whether other sound from a random sample on changes tokens, and none that ends before it.</summary>
    public bool PastIsEqual(int number)
    {
        float[] sound = _sounds[number % _sounds.Length], other = [.. sound];
        int[] tokens = _tokens[number % _sounds.Length];
        int changed = _random.Next(sound.Length);
        for (int i = changed; i < other.Length; i++) other[i] = (float)(_random.NextDouble() - 0.5);
        int[] found = _model.Encode(_spectrogram.Extract(other));
        int steps = _model.Options.StepsOf(_model.Mel.FramesOf(sound.Length));
        int ended = Enumerable.Range(0, steps).Count(step => LastSample(step) <= changed) * _model.Options.TokensPerStep;
        return tokens.AsSpan(0, ended).SequenceEqual(found.AsSpan(0, ended)) && !tokens.AsSpan().SequenceEqual(found);
    }

    /// <summary>Differences of all latents between steps one by one and 256 at once, in ascending order.</summary>
    public float[] Noise() => [.. _mels.SelectMany(Noise).Order()];

    private List<int> Streamed(float[] sound)
    {
        var stream = _model.CreateStreamingTokenizer();
        List<int> tokens = [];
        double largest = Math.Pow(40_000, _random.NextDouble()); // some cuttings are fine all through
        for (int start = 0; start < sound.Length;)
        {
            int count = Math.Min(sound.Length - start, 1 + (int)(largest * _random.NextDouble()));
            tokens.AddRange(stream.Accept(sound.AsSpan(start, count)));
            start += count;
            if (_random.NextDouble() * sound.Length > 5 * count) continue;
            byte[] state = stream.SaveState();
            stream.Dispose();
            stream = _model.CreateStreamingTokenizer();
            stream.RestoreState(state);
        }

        tokens.AddRange(stream.Flush());
        stream.Dispose();
        return tokens;
    }

    private int[][] Batched()
    {
        int[][] tokens = new int[_mels.Length][];
        int[] order = [.. Enumerable.Range(0, _mels.Length).OrderBy(_ => _random.Next())];
        for (int start = 0; start < order.Length;)
        {
            int[] batch = order[start..Math.Min(order.Length, start + 1 + _random.Next(order.Length))];
            int[][] found = _model.Encode([.. batch.Select(i => (ReadOnlyMemory<float>)_mels[i])]);
            for (int i = 0; i < batch.Length; i++) tokens[batch[i]] = found[i];
            start += batch.Length;
        }

        return tokens;
    }

    /// <summary>The sample after the last one that a time step's tokens depend on in a causal model.</summary>
    private int LastSample(int step)
    {
        int frames = _model.Options.PatchFrames;
        return (step * frames + frames - 1) * _model.Mel.HopLength + _model.Mel.FftLength / 2;
    }

    private float[] Noise(float[] mel)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        int bands = _model.Options.Bands, steps = mel.Length / bands / _model.Options.PatchFrames;
        var x = _model.Content.Network.Scale(torch.tensor(mel, [1, mel.Length / bands, bands]));
        return (Latents(x, steps, 1) - Latents(x, steps, 256)).abs().flatten().data<float>().ToArray();
    }

    private torch.Tensor Latents(torch.Tensor x, int steps, int atOnce)
    {
        using var cache = new CausalCache(_model.Options.Encoder, _model.Options);
        int frames = _model.Options.PatchFrames;
        var parts = new List<torch.Tensor>();
        for (int start = 0; start < steps; start += atOnce)
        {
            var part = x.narrow(1, (long)start * frames, (long)Math.Min(atOnce, steps - start) * frames);
            parts.Add(_model.Content.Network.Encode(part, null, cache));
        }

        return torch.cat(parts, 1);
    }
}
