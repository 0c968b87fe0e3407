using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

[WithoutTorch]
public class SynthesisTests
{
    private static readonly MelOptions Mel = TokenizerChain.Mel;

    private static readonly AudioSynthesisOptions Options = TokenizerChain.Synthesis with { Mel = Mel };

    private readonly MLContext _ml = new(seed: 1);
    private readonly List<MelRow> _rows = MelData.Rows(6, 8, 0, 13);

    [Fact]
    public void Rows_AreWhatGriffinLimGives()
    {
        var data = _ml.View(_rows);

        var output = _ml.Transforms.SynthesizeAudio("Waveform", "Mel", Options).Fit(data).Transform(data);

        var expected = new GriffinLim(Mel, Options.GriffinLim);
        Assert.Equal(_rows.Select(row => expected.Synthesize(row.Mel)), output.GetColumn<float[]>("Waveform"));
        Assert.Equal([7 * 160, 0, 12 * 160], output.GetColumn<float[]>("Waveform").Select(waveform => waveform.Length));
        Assert.Equal(Mel.SampleRate, AudioColumn.TryGetSampleRate(output.Schema["Waveform"]));
    }

    [Fact]
    public void SampleCounts_AreKept()
    {
        foreach (var row in _rows) row.Number = row.Mel.Length == 0 ? 0 : (row.Mel.Length / 16 - 1) * 160 + 77;
        var data = _ml.View(_rows);

        var output = _ml.Transforms.SynthesizeAudio("Waveform", "Mel", Options with { SampleCountColumnName = "Number" }).Fit(data)
            .Transform(data);

        Assert.Equal(_rows.Select(row => row.Number), output.GetColumn<float[]>("Waveform").Select(waveform => waveform.Length));
    }

    [Fact]
    public void WrongRows_AreNamed()
    {
        _rows[2].Number = 5_000;
        var data = _ml.View(_rows);
        (_rows[0].Number, _rows[1].Number) = (7 * 160, 0);
        var counted = _ml.Transforms.SynthesizeAudio("Waveform", "Mel", Options with { SampleCountColumnName = "Number" }).Fit(data)
            .Transform(data);
        Assert.Contains(
            "Row 2 of column 'Mel'", Assert.Throws<InvalidDataException>(() => counted.GetColumn<float[]>("Waveform").Count()).Message);

        _rows[0].Mel[3] = 1e30f;
        var loud = _ml.Transforms.SynthesizeAudio("Waveform", "Mel", Options).Fit(data).Transform(data);
        Assert.Contains(
            "Row 0 of column 'Mel'", Assert.Throws<InvalidDataException>(() => loud.GetColumn<float[]>("Waveform").Count()).Message);
    }

    [Fact]
    public void WhatDoesNotFit_IsRefusedInFit()
    {
        var data = _ml.View(_rows);
        string Error(IDataView view, AudioSynthesisOptions options, string column = "Mel") =>
            Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.SynthesizeAudio("Waveform", column, options).Fit(view)).Message;

        Assert.Contains("AudioSynthesisOptions.Mel", Error(data, new AudioSynthesisOptions()));
        Assert.Contains("vector of Single", Error(data, Options, "Name"));
        Assert.Contains("'Absent'", Error(data, Options with { SampleCountColumnName = "Absent" }));
        Assert.Contains("Int32", Error(data, Options with { SampleCountColumnName = "Name" }));
        Assert.Contains("FftLength = 256", Error(_ml.Annotated(data), Options));
        Assert.Contains("GriffinLim", Error(data, Options with { GriffinLim = null! }));
        Assert.Contains("Momentum", Error(data, Options with { GriffinLim = new GriffinLimOptions { Momentum = 1 } }));
        Assert.Contains("SampleCountColumnName", Error(data, Options with { SampleCountColumnName = "" }));
        Assert.Contains(
            "HopLength",
            Assert.Throws<NotSupportedException>(() => _ml.Transforms.SynthesizeAudio("Waveform", "Mel").Fit(_ml.Annotated(data))).Message);
    }

    [Fact]
    public void AnySynthesizer_WorksInAPipeline_ButOnlyOursAreSaved()
    {
        var data = _ml.View(_rows);
        using var ramp = _ml.Transforms.SynthesizeAudio("Waveform", "Mel", new Ramp()).Fit(data);
        using var griffinLim = _ml.Transforms.SynthesizeAudio("Waveform", "Mel", new GriffinLim(Mel, Options.GriffinLim)).Fit(data);
        using var file = new MemoryStream();

        Assert.Equal([[0, 1], [], [0, 1]], ramp.Transform(data).GetColumn<float[]>("Waveform"));
        Assert.Contains("Ramp", Assert.Throws<NotSupportedException>(() => _ml.Model.Save(ramp, data.Schema, file)).Message);
        file.SetLength(0);
        _ml.Model.Save(griffinLim, data.Schema, file);
        file.Position = 0;
        var loaded = Assert.IsType<AudioSynthesisTransformer>(_ml.Model.Load(file, out _));
        Assert.Equal(Options.GriffinLim, Assert.IsType<GriffinLim>(loaded.Synthesizer).Options);
        Assert.Equal(griffinLim.Transform(data).GetColumn<float[]>("Waveform"), loaded.Transform(data).GetColumn<float[]>("Waveform"));
    }

    // A user's own way to make sound.
    private sealed class Ramp : IWaveformSynthesizer
    {
        public MelOptions Mel => SynthesisTests.Mel;

        public int SampleRate => Mel.SampleRate;

        public float[] Synthesize(ReadOnlyMemory<float> mel, int? samples = null, CancellationToken cancellation = default) =>
            mel.IsEmpty ? [] : [0, 1];
    }
}
