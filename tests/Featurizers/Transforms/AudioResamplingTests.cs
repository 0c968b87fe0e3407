using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Transforms;

[WithoutTorch]
public class AudioResamplingTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Rows_AreWhatTheResamplerGives()
    {
        float[] tone = Tone.Sine(440, rate: 16_000, samples: 1_600);
        var data = _ml.Data.LoadFromEnumerable([new Row { Sound = tone }, new Row()]);

        var resampled = _ml.Transforms.ResampleAudio("Low", "Sound", 8_000, 16_000, filter: ResamplingFilter.Hann).Fit(data).Transform(data);

        Assert.Equal([new Resampler(16_000, 8_000, ResamplingFilter.Hann).Process(tone), []], resampled.GetColumn<float[]>("Low"));
        Assert.Equal(8_000, AudioColumn.TryGetSampleRate(resampled.Schema["Low"]));
    }

    [Fact]
    public void Rate_IsTheColumns_AndIsSaved()
    {
        using var clips = new Clips(2);
        var data = _ml.Data.LoadAudioFolder(clips.Folder);
        var chain = _ml.Transforms.LoadAudio("Waveform", "Path", 16_000).Append(_ml.Transforms.ResampleAudio("Low", "Waveform", 8_000))
            .Fit(data);
        using var file = new MemoryStream();
        _ml.Model.Save(chain, data.Schema, file);
        file.Position = 0;

        var loaded = _ml.Model.Load(file, out _);

        Assert.Equal(8_000, chain.LastTransformer.SampleRate);
        Assert.Equal(chain.Transform(data).GetColumn<float[]>("Low"), loaded.Transform(data).GetColumn<float[]>("Low"));
        Assert.Equal([400, 800], loaded.Transform(data).GetColumn<float[]>("Low").Select(sound => sound.Length).Order());
    }

    [Fact]
    public void Cache_KnowsWhatDecidesTheContent()
    {
        using var clips = new Clips(2);
        string path = Path.Combine(TestData.NewFolder(), "clips.mel");
        var data = _ml.Data.LoadAudioFolder(clips.Folder);
        var mels = _ml.Transforms.LoadAudio("Waveform", "Path", 16_000)
            .Append(_ml.Transforms.ResampleAudio("Low", "Waveform", 8_000))
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Low", sampleRate: 8_000, bands: 20))
            .Fit(data).Transform(data);

        var cached = _ml.Data.CacheMelSpectrograms(mels, "Mel", path);

        Assert.Equal(mels.GetColumn<float[]>("Mel"), cached.GetColumn<float[]>("Mel"));
    }

    [Fact]
    public void WhatDoesNotFit_IsRefused()
    {
        using var clips = new Clips(1);
        var plain = _ml.Data.LoadFromEnumerable([new Row()]);
        var files = _ml.Data.LoadAudioFolder(clips.Folder);
        var sounds = _ml.Transforms.LoadAudio("Sound", "Path", 16_000).Fit(files).Transform(files);
        string Error(IDataView view, string column = "Sound", int rate = 8_000, int? from = null) =>
            Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.ResampleAudio("Low", column, rate, from).Fit(view)).Message;

        Assert.Contains("inputSampleRate", Error(plain));
        Assert.Contains("16000 Hz", Error(sounds, from: 44_100));
        Assert.Contains("'Absent'", Error(plain, "Absent"));
        Assert.Contains("vector of Single", Error(sounds, "Path"));
        Assert.Contains("SampleRate", Error(sounds, rate: 0));
    }

    [Fact]
    public void ImpossibleSamples_AreNamed()
    {
        var data = _ml.Data.LoadFromEnumerable([new Row { Sound = [0] }, new Row { Sound = [float.NaN] }]);
        var low = _ml.Transforms.ResampleAudio("Low", "Sound", 8_000, 16_000).Fit(data).Transform(data);

        var error = Assert.Throws<InvalidDataException>(() => low.GetColumn<float[]>("Low").Count());

        Assert.Contains("Row 1 of column 'Sound'", error.Message);
    }

    private sealed class Row
    {
        public float[] Sound { get; set; } = [];
    }
}
