using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Transforms;

[WithoutTorch]
public sealed class AudioPartTests : IDisposable
{
    private static readonly AudioLoadingOptions Parts = new() { StartColumn = "Start", EndColumn = "End" };

    private readonly MLContext _ml = new(seed: 1);
    private readonly string _folder = TestData.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, 0f, 1f), InlineData(1, 2.25f, 2.5f), InlineData(2, 2.25f, 2.5f), InlineData(3, 1.1f, 9f), InlineData(1, float.NaN, 0.5f)]
    [InlineData(2, 2.9f, float.NaN)]
    public void Part_IsThatOfTheWholeFile(int channels, float start, float end)
    {
        float[] mono = Ramp(3 * 16_000);
        string path = Write(mono, channels);

        float[] part = Load(new PartRow { Path = path, Start = start, End = end }, Parts).Single();

        int from = float.IsNaN(start) ? 0 : (int)Math.Round(start * 16_000.0);
        int to = float.IsNaN(end) ? mono.Length : Math.Min(mono.Length, (int)Math.Round(end * 16_000.0));
        Assert.Equal(mono[from..to], part);
    }

    [Fact]
    public void EachRow_HasItsOwnPart_AndOneColumnIsEnough()
    {
        float[] mono = Ramp(16_000);
        string path = Write(mono, 1);
        PartRow[] rows = [new() { Path = path, Start = 0.5f, End = 0.75f }, new() { Path = path, Start = 0, End = 0.25f }];

        Assert.Equal([mono[8_000..12_000], mono[..4_000]], Load(rows, Parts));
        Assert.Equal([mono[8_000..], mono], Load(rows, new AudioLoadingOptions { StartColumn = "Start" }));
        Assert.Equal([mono[..12_000], mono[..4_000]], Load(rows, new AudioLoadingOptions { EndColumn = "End" }));
    }

    [Fact]
    public void Part_IsResampledAsIfItWereTheFile()
    {
        float[] mono = Ramp(16_000);

        float[] part = Load(new PartRow { Path = Write(mono, 1), Start = 0.25f, End = 0.5f }, Parts with { SampleRate = 8_000 }).Single();

        Assert.Equal(Resampler.Resample(mono.AsSpan(4_000..8_000), 16_000, 8_000), part);
    }

    [Fact]
    public void Contents_CanBeCutToo()
    {
        float[] mono = Ramp(16_000);
        var data = _ml.Data.LoadFromEnumerable([new PartRow { Content = File.ReadAllBytes(Write(mono, 1)), Start = 0.25f, End = 0.5f }]);

        var loaded = _ml.Transforms.LoadAudio("Waveform", "Content", Parts).Fit(data).Transform(data);

        Assert.Equal([mono[4_000..8_000]], loaded.GetColumn<float[]>("Waveform"));
    }

    [Theory, InlineData(-1f, 1f), InlineData(1f, 1f), InlineData(2f, 1f), InlineData(0f, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, float.NaN)]
    [InlineData(3f, 4f), InlineData(1e30f, float.NaN)]
    public void ImpossibleParts_NameTheFile(float start, float end)
    {
        string path = Write(Ramp(3 * 16_000), 1);

        var error = Assert.Throws<InvalidDataException>(() => Load(new PartRow { Path = path, Start = start, End = end }, Parts));

        Assert.Contains(path, error.Message);
    }

    [Fact]
    public void SoundOfUndeclaredLength_IsSkippedAndCut()
    {
        float[] mono = Ramp(1_000);

        var part = MonoReader.Read(new Endless(mono), "it", new TimeRange(0.1, 0.3), 1_000);

        Assert.Equal(mono[100..300], part.Samples);
        Assert.Throws<InvalidDataException>(() => MonoReader.Read(new Endless(mono), "it", new TimeRange(2, null), 1_000));
    }

    [Fact]
    public void WhatLiesAfterThePart_IsNotRead()
    {
        string path = Write(Ramp(10 * 16_000), 1);
        using (var file = File.OpenWrite(path)) file.SetLength(file.Length / 2);

        Assert.Throws<InvalidDataException>(() => AudioFile.Read(path));
        Assert.Equal(16_000, Load(new PartRow { Path = path, Start = 1, End = 2 }, Parts).Single().Length);
    }

    [Fact]
    public void SavedTransformer_StillCuts()
    {
        float[] mono = Ramp(16_000);
        var data = _ml.Data.LoadFromEnumerable([new PartRow { Path = Write(mono, 1), Start = 0.25f, End = 0.5f }]);
        string zip = Path.Combine(_folder, "model.zip");
        _ml.Model.Save(_ml.Transforms.LoadAudio("Waveform", "Path", Parts).Fit(data), data.Schema, zip);

        var loaded = new MLContext().Model.Load(zip, out _).Transform(data);

        Assert.Equal([mono[4_000..8_000]], loaded.GetColumn<float[]>("Waveform"));
    }

    [Fact]
    public void TimeColumns_AreChecked()
    {
        var data = _ml.Data.LoadFromEnumerable([new PartRow()]);

        Assert.Contains(
            "'Nothing'",
            Assert.Throws<ArgumentOutOfRangeException>(
                () => _ml.Transforms.LoadAudio("W", "Path", new AudioLoadingOptions { StartColumn = "Nothing" }).Fit(data)).Message);
        Assert.Contains(
            "seconds",
            Assert.Throws<ArgumentOutOfRangeException>(
                () => _ml.Transforms.LoadAudio("W", "Path", new AudioLoadingOptions { EndColumn = "Path" }).Fit(data)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Transforms.LoadAudio("W", "Path", new AudioLoadingOptions { StartColumn = "" }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.LoadAudio("W", "Path", new AudioLoadingOptions { EndColumn = "" }));
    }

    private static float[] Ramp(int samples) => [.. Enumerable.Range(0, samples).Select(i => (i % 30_000 - 15_000) / 32_768f)];

    private List<float[]> Load(PartRow row, AudioLoadingOptions options) => Load([row], options);

    private List<float[]> Load(PartRow[] rows, AudioLoadingOptions options)
    {
        var data = _ml.Data.LoadFromEnumerable(rows);
        return [.. _ml.Transforms.LoadAudio("Waveform", "Path", options).Fit(data).Transform(data).GetColumn<float[]>("Waveform")];
    }

    // Every channel is the same, so that their mean is too.
    private string Write(float[] mono, int channels)
    {
        string path = Path.Combine(_folder, $"{channels}.wav");
        AudioFile.WriteWav(
            path, new Waveform([.. mono.SelectMany(sample => Enumerable.Repeat(sample, channels))], 16_000), WavSampleFormat.IeeeFloat);
        byte[] bytes = File.ReadAllBytes(path);
        int format = bytes.AsSpan().IndexOf("fmt "u8) + 8;
        BitConverter.TryWriteBytes(bytes.AsSpan(format + 2), (ushort)channels);
        BitConverter.TryWriteBytes(bytes.AsSpan(format + 8), 16_000 * 4 * channels);
        BitConverter.TryWriteBytes(bytes.AsSpan(format + 12), (ushort)(4 * channels));
        int fact = bytes.AsSpan().IndexOf("fact"u8);
        if (fact > 0) BitConverter.TryWriteBytes(bytes.AsSpan(fact + 8), mono.Length);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private sealed class PartRow
    {
        public string Path { get; set; } = "";

        public byte[] Content { get; set; } = [];

        public float Start { get; set; }

        public float End { get; set; }
    }

    private sealed class Endless(float[] samples) : IAudioSource
    {
        private int _at;

        public AudioFormat Format { get; } = new(1_000, 1, null, "test");

        public int Read(Span<float> interleaved)
        {
            int count = Math.Min(Math.Min(77, interleaved.Length), samples.Length - _at);
            samples.AsSpan(_at, count).CopyTo(interleaved);
            _at += count;
            return count;
        }

        public void Dispose()
        {
        }
    }
}
