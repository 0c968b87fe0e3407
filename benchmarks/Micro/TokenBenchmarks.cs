using AudioBsq.Decoding;
using AudioBsq.Signal;
using BenchmarkDotNet.Attributes;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Benchmarks.Micro;

/// <summary>
/// Tokens by the tiny model. Time and memory are for one token: ten seconds are 1,001 frames, 63 steps of 8 patches, 504 tokens.
/// </summary>
[MemoryDiagnoser]
public class TokenBenchmarks
{
    private const int Tokens = 504, Clips = 16;

    private readonly MLContext _ml = new(seed: 1);
    private AudioBsqModel _model = null!;
    private float[] _mel = [];
    private int[] _tokens = [];
    private string _path = "";
    private ITransformer _pipeline = null!;
    private IDataView _files = null!;

    [GlobalSetup]
    public void Prepare()
    {
        var speech = Speech.TenSeconds();
        _model = AudioBsqModel.Create(AudioBsqOptions.Tiny, new MelOptions(), device: "cpu");
        _mel = new MelSpectrogram(new MelOptions()).Extract(speech.Samples);
        _tokens = _model.Encode(_mel);
        if (_tokens.Length != Tokens) throw new InvalidOperationException($"{_tokens.Length} tokens; the results are divided by {Tokens}.");
        _path = Path.GetTempFileName();
        AudioFile.WriteWav(_path, speech);
        _files = _ml.Data.LoadFromEnumerable(Enumerable.Repeat(new FileRow { Path = _path }, Clips));
        _pipeline = Speech.Pipeline(_ml, _model, _files);
    }

    [GlobalCleanup]
    public void Clean()
    {
        _model.Dispose();
        File.Delete(_path);
    }

    [Benchmark(OperationsPerInvoke = Tokens)]
    public int[] Encode() => _model.Encode(_mel);

    [Benchmark(OperationsPerInvoke = Tokens)]
    public float[] Decode() => _model.Decode(_tokens);

    /// <summary>WAV file → waveform → mel → tokens, 16 files at a time.</summary>
    [Benchmark(OperationsPerInvoke = Tokens * Clips)]
    public int Pipeline() => _pipeline.Transform(_files).GetColumn<uint[]>("Tokens").Sum(tokens => tokens.Length);
}
