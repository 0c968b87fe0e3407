using AudioBsq.Decoding;
using AudioBsq.Signal;
using BenchmarkDotNet.Attributes;

namespace AudioBsq.Benchmarks.Micro;

/// <summary>From files to mel spectrograms. Every operation handles ten seconds of sound.</summary>
[MemoryDiagnoser]
public class SignalBenchmarks
{
    private readonly MelSpectrogram _mel = new(new MelOptions());
    private Waveform _speech = null!;
    private byte[] _wav = [], _flac = [];
    private float[] _cd = [];

    [GlobalSetup]
    public void Prepare()
    {
        _flac = File.ReadAllBytes(Speech.Flac);
        _speech = Speech.TenSeconds();
        using var stream = new MemoryStream();
        AudioFile.WriteWav(stream, _speech);
        _wav = stream.ToArray();
        _cd = Resampler.Resample(_speech.Samples, 16_000, 44_100);
    }

    [Benchmark]
    public Waveform DecodeWav() => AudioFile.Read(_wav, "ten seconds");

    /// <summary>The clip as it is, which may be longer or shorter.</summary>
    [Benchmark]
    public Waveform DecodeFlac() => AudioFile.Read(_flac, "clip");

    [Benchmark]
    public float[] Resample44To16() => Resampler.Resample(_cd, 44_100, 16_000);

    [Benchmark]
    public float[] ExtractMel() => _mel.Extract(_speech.Samples);
}
