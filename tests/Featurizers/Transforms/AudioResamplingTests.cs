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

        var estimator = _ml.Transforms.ResampleAudio("Low", "Sound", 8_000, 16_000, filter: ResamplingFilter.Hann);
        var resampled = estimator.Fit(data).Transform(data);

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
    public void Cache_KnowsTheRatesOfRows()
    {
        string path = Path.Combine(TestData.NewFolder(), "clips.mel");
        float[] tone = Tone.Sine(440, rate: 16_000, samples: 1_600);
        IDataView Mels(int rate)
        {
            var data = _ml.Data.LoadFromEnumerable([new Row { Sound = tone, Rate = rate }]);
            return _ml.Transforms.ResampleAudio("Low", "Sound", 8_000, inputSampleRateColumnName: "Rate")
                .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Low", sampleRate: 8_000, bands: 20)).Fit(data).Transform(data);
        }

        var first = _ml.Data.CacheMelSpectrograms(Mels(16_000), "Mel", path).GetColumn<float[]>("Mel").Single();
        var second = _ml.Data.CacheMelSpectrograms(Mels(8_000), "Mel", path).GetColumn<float[]>("Mel").Single();

        Assert.Equal(Mels(16_000).GetColumn<float[]>("Mel").Single(), first);
        Assert.Equal(Mels(8_000).GetColumn<float[]>("Mel").Single(), second);
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
    public void RateColumn_GivesEachRowItsRate()
    {
        float[] tone = Tone.Sine(440, rate: 16_000, samples: 1_600);
        Row[] rows = [new() { Sound = tone, Rate = 44_100 }, new() { Sound = tone, Rate = 8_000 }, new() { Sound = tone, Rate = 44_100 }];
        var data = _ml.Data.LoadFromEnumerable(rows);

        var output = _ml.Transforms.ResampleAudio("Low", "Sound", inputSampleRateColumnName: "Rate").Fit(data).Transform(data);

        Assert.Equal(rows.Select(row => Resampler.Resample(tone, row.Rate, 16_000)), output.GetColumn<float[]>("Low"));
    }

    [Theory, InlineData(0), InlineData(-1), InlineData(1_000_000), InlineData(1)]
    public void ImpossibleRate_NamesItsRow(int rate)
    {
        var data = _ml.Data.LoadFromEnumerable([new Row { Rate = 8_000 }, new Row { Rate = rate }]);
        var output = _ml.Transforms.ResampleAudio("Low", "Sound", inputSampleRateColumnName: "Rate").Fit(data).Transform(data);

        var error = Assert.Throws<InvalidDataException>(() => output.GetColumn<float[]>("Low").Count());

        Assert.Contains("Row 1 of column 'Sound'", error.Message);
    }

    [Fact]
    public void Channels_AreAveraged_InterleavedOrByTheType()
    {
        float[] stereo = [1, 0, 0.5f, -0.5f, -1, -0.5f];
        var data = _ml.Data.LoadFromEnumerable([new Row { Sound = stereo, Stereo = stereo }]);

        var interleaved = _ml.Transforms.ResampleAudio("Mono", "Sound", inputSampleRate: 16_000, channels: 2).Fit(data).Transform(data);
        var typed = _ml.Transforms.ResampleAudio("Mono", "Stereo", inputSampleRate: 16_000).Fit(data).Transform(data);

        Assert.Equal([0.5f, 0, -0.75f], interleaved.GetColumn<float[]>("Mono").Single());
        Assert.Equal([0.5f, 0, -0.75f], typed.GetColumn<float[]>("Mono").Single());
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 3), typed.Schema["Mono"].Type);
    }

    [Fact]
    public void Seconds_CutAndPad_AndAreSaved()
    {
        float[] tone = Tone.Sine(440, rate: 16_000, samples: 1_600);
        var data = _ml.Data.LoadFromEnumerable([new Row { Sound = tone }, new Row { Sound = tone[..400] }, new Row()]);
        var model = _ml.Transforms.ResampleAudio("Low", "Sound", 8_000, 16_000, seconds: 0.05).Fit(data);
        using var file = new MemoryStream();
        _ml.Model.Save(model, data.Schema, file);

        var output = _ml.Model.Load(file, out _).Transform(data);

        var rows = output.GetColumn<float[]>("Low").ToList();
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 400), output.Schema["Low"].Type);
        Assert.Equal(Resampler.Resample(tone, 16_000, 8_000)[..400], rows[0]);
        Assert.Equal([.. Resampler.Resample(tone.AsSpan(0, 400), 16_000, 8_000), .. new float[200]], rows[1]);
        Assert.Equal(new float[400], rows[2]);
    }

    [Fact]
    public void WhatContradictsItself_IsRefused()
    {
        using var clips = new Clips(1);
        var plain = _ml.Data.LoadFromEnumerable([new Row { Sound = [1, 2, 3] }]);
        var files = _ml.Data.LoadAudioFolder(clips.Folder);
        var sounds = _ml.Transforms.LoadAudio("Sound", "Path").Append(_ml.Transforms.Conversion.ConvertType("Rate", "Path", DataKind.Int32))
            .Fit(files).Transform(files);
        string Error(Func<IEstimator<ITransformer>> make, IDataView data) =>
            Assert.ThrowsAny<ArgumentException>(() => make().Fit(data)).Message;

        Assert.Contains("'Rate'", Error(() => _ml.Transforms.ResampleAudio("Low", "Sound", 8_000, 16_000, "Rate"), plain));
        Assert.Contains("Int32", Error(() => _ml.Transforms.ResampleAudio("Low", "Sound", inputSampleRateColumnName: "Sound"), plain));
        Assert.Contains("16000 Hz", Error(() => _ml.Transforms.ResampleAudio("Low", "Sound", inputSampleRateColumnName: "Rate"), sounds));
        Assert.Contains("2 channels", Error(() => _ml.Transforms.ResampleAudio("Low", "Stereo", 8_000, 16_000, channels: 3), plain));
        Assert.Contains("Channels", Error(() => _ml.Transforms.ResampleAudio("Low", "Sound", 8_000, 16_000, channels: 0), plain));
        Assert.Contains("Seconds", Error(() => _ml.Transforms.ResampleAudio("Low", "Sound", 8_000, 16_000, seconds: 0), plain));
        Assert.Contains("Seconds", Error(() => _ml.Transforms.ResampleAudio("Low", "Sound", 8_000, 16_000, seconds: double.NaN), plain));
        var halfFrame = _ml.Transforms.ResampleAudio("Low", "Sound", 8_000, 16_000, channels: 2).Fit(plain).Transform(plain);
        Assert.Contains(
            "Row 0 of column 'Sound': 3 samples",
            Assert.Throws<InvalidDataException>(() => halfFrame.GetColumn<float[]>("Low").Count()).Message);
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

        public int Rate { get; set; }

        [VectorType(3, 2)]
        public float[] Stereo { get; set; } = new float[6];
    }
}
