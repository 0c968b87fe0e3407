using AudioBsq;
using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.OnnxRuntime;
using AudioBsq.Signal;
using AudioBsq.Tokens;
using AudioBsq.Vocoding;

namespace Service;

/// <summary>
/// One tokenizer and one vocoder for all requests: both are thread safe. Each request computes on one core, and as many compute at a time
/// as there are cores; the others wait.
/// </summary>
internal sealed class SpeechModels : IDisposable
{
    private readonly SemaphoreSlim _cores = new(Environment.ProcessorCount);
    private readonly ServiceSettings _settings;
    private readonly Measures _measures;
    private readonly PretrainedAudioModel _speech;
    private readonly NeuralVocoder _vocoder;
    private readonly MelSpectrogram _mel;

    public SpeechModels(ServiceSettings settings, Measures measures)
    {
        (_settings, _measures) = (settings, measures);
        _speech = PretrainedAudioModels.Find(settings.Model)
            ?? throw new ArgumentException(
                $"Service:Model is '{settings.Model}'; the models are {string.Join(", ", PretrainedAudioModels.All)}.");
        OnnxRuntimeSettings.Threads = 1;
        Tokenizer = _speech.LoadTokenizer("onnx");
        _vocoder = _speech.LoadVocoder("onnx");
        _mel = new MelSpectrogram(Tokenizer.Mel);
    }

    public AudioBsqModel Tokenizer { get; }

    private int Rate => Tokenizer.Mel.SampleRate;

    /// <summary>A sound file → its tokens and its length.</summary>
    /// <exception cref="Refusal">The file has no sound, or too much.</exception>
    /// <exception cref="InvalidDataException">It is no sound file, or damaged.</exception>
    public Task<(int[] Tokens, int Samples)> Tokenize(MemoryStream file, CancellationToken cancellation) => Compute("tokenize", () =>
    {
        float[] samples = Read(file, cancellation);
        _measures.Sound(samples.Length / (double)Rate, "tokenize");
        return (Tokenizer.Encode([_mel.Extract(samples)], cancellation)[0], samples.Length);
    }, cancellation);

    /// <summary>A container of tokens → sound.</summary>
    /// <exception cref="Refusal">The container is damaged, or of another model, or too long.</exception>
    /// <exception cref="InvalidDataException">It is no container.</exception>
    public Task<Waveform> Synthesize(MemoryStream container, CancellationToken cancellation) => Compute("synthesize", () =>
    {
        var (tokens, samples) = ReadTokens(container);
        _measures.Sound(samples / (double)Rate, "synthesize");
        float[] mel = Tokenizer.Decode([tokens], cancellation)[0];
        int values = Tokenizer.Mel.FramesOf(samples) * Tokenizer.Mel.Bands;
        return new Waveform(_vocoder.Synthesize(mel.AsMemory(0, values), samples, _speech.RefinementIterations, cancellation), Rate);
    }, cancellation);

    /// <summary>Runs one request's work on a free core.</summary>
    public async Task<T> Compute<T>(string what, Func<T> work, CancellationToken cancellation)
    {
        await _cores.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => _measures.Time(what, work), cancellation);
        }
        finally
        {
            _cores.Release();
        }
    }

    public void Dispose()
    {
        _vocoder.Dispose();
        Tokenizer.Dispose();
        _cores.Dispose();
    }

    // Block by block, so that a small file that unpacks to hours is refused after the limit and not after hours.
    private float[] Read(MemoryStream file, CancellationToken cancellation)
    {
        using var source = AudioFile.Open(file, "the upload");
        var samples = new List<float>();
        foreach (var block in AudioFile.ReadBlocks(source, "the upload", Rate))
        {
            cancellation.ThrowIfCancellationRequested();
            samples.AddRange(block.Span);
            RefuseTooLong(samples.Count);
        }

        return samples.Count > 0 ? [.. samples] : throw new Refusal(422, "The upload is a sound file without samples.");
    }

    private (int[] Tokens, int Samples) ReadTokens(MemoryStream container)
    {
        var reader = new TokenReader(container, "the upload");
        reader.Header.CheckMadeBy(Tokenizer.CreateTokenHeader(_speech.Name));
        var tokens = new List<int>();
        while (reader.ReadChunk() is { } chunk)
        {
            tokens.AddRange(chunk.Tokens.Span);
            RefuseTooLong((long)(chunk.Steps.End / reader.Header.StepsPerSecond * Rate));
        }

        if (reader.Samples is not { } samples || reader.Missing.Count > 0)
            throw new Refusal(422, "The container is damaged: some of its tokens are missing.");
        RefuseTooLong(samples);
        return samples > 0 ? ([.. tokens], (int)samples) : throw new Refusal(422, "The container holds no sound.");
    }

    private void RefuseTooLong(long samples)
    {
        if (samples > (long)_settings.MaxSeconds * Rate)
            throw new Refusal(413, $"The upload has more than {_settings.MaxSeconds} seconds of sound, which is the limit.");
    }
}
