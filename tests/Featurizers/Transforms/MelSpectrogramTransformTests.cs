using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.Tests.Featurizers.Transforms;

[WithoutTorch]
public sealed class MelSpectrogramTransformTests
{
    private static readonly MelOptions Small =
        new() { FftLength = 256, HopLength = 80, Bands = 20, Scale = MelScale.Slaney, MaxFrequency = 7_000 };

    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Rows_AreWhatMelSpectrogramGives()
    {
        float[][] waveforms = [Clips.Samples(0), [], Clips.Samples(2)];
        var data = Waveforms(waveforms);

        var mels = _ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Small).Fit(data).Transform(data);

        var expected = new MelSpectrogram(Small);
        Assert.Equal(waveforms.Select(waveform => expected.Extract(waveform)), mels.GetColumn<float[]>("Mel"));
        Assert.Equal([20 * 11, 0, 20 * 31], mels.GetColumn<float[]>("Mel").Select(mel => mel.Length));
    }

    [Fact]
    public void Column_HasUnknownFramesAndItsBandsAndOptions()
    {
        var data = Waveforms(Clips.Samples(0));

        var schema = _ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Small).Fit(data).Transform(data).Schema;

        var type = Assert.IsType<VectorDataViewType>(schema["Mel"].Type);
        Assert.Equal([0, 20], type.Dimensions.ToArray());
        Assert.Equal(NumberDataViewType.Single, type.ItemType);
        Assert.Equal(Small, AudioColumn.TryGetMelOptions(schema["Mel"]));
        Assert.Null(AudioColumn.TryGetMelOptions(schema["Waveform"]));
    }

    [Fact]
    public void Options_FollowTheColumn_ThroughCopyAndCache()
    {
        var data = Waveforms(Clips.Samples(0));
        var mels = _ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Small).Append(_ml.Transforms.CopyColumns("Again", "Mel"))
            .Fit(data).Transform(data);

        Assert.Equal(Small, AudioColumn.TryGetMelOptions(_ml.Data.Cache(mels).Schema["Again"]));
    }

    [Fact]
    public void DamagedOptions_AreInvalidData()
    {
        var column = new DataViewSchema.Builder();
        column.AddColumn("Mel", new VectorDataViewType(NumberDataViewType.Single),
            OutputColumn.Create(
                "Any",
                NumberDataViewType.Single,
                annotations =>
                    annotations.AddPrimitiveValue("MelOptions", TextDataViewType.Instance, "{\"Bands\":0}".AsMemory())).Annotations);

        var error = Assert.Throws<InvalidDataException>(() => AudioColumn.TryGetMelOptions(column.ToSchema()["Mel"]));

        Assert.Contains("'Mel'", error.Message);
    }

    [Fact]
    public void FixedAndSparseVectors_AreWaveformsToo()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Waveform", new VectorDataViewType(NumberDataViewType.Single, 400));
        var schema = builder.ToSchema();
        var sparse = new VBuffer<float>(400, 2, [0.5f, -0.25f], [3, 300]);
        float[] dense = new float[400];
        (dense[3], dense[300]) = (0.5f, -0.25f);
        var transformer = new MelSpectrogramTransformer(_ml, new ColumnNames("Mel", "Waveform"), Small);
        var mapper = ((ITransformer)transformer).GetRowToRowMapper(schema);
        using var row = mapper.GetRow(new OneRow(schema, sparse), mapper.OutputSchema);

        VBuffer<float> mel = default;
        row.GetGetter<VBuffer<float>>(mapper.OutputSchema["Mel"])(ref mel);

        Assert.Equal(new MelSpectrogram(Small).Extract(dense), mel.DenseValues());
    }

    [Fact]
    public void OtherSampleRate_IsASchemaErrorWithBothRates()
    {
        using var clips = new Clips(1);
        var data = _ml.Data.LoadAudioFolder(clips.Folder);
        var pipeline = _ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 8_000)
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"));

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => pipeline.Fit(data));

        Assert.Contains("'Waveform'", error.Message);
        Assert.Contains("8000 Hz", error.Message);
        Assert.Contains("16000 Hz", error.Message);
    }

    [Fact]
    public void AssumedRate_IsAWarning_OnceAndWhereTheColumnDoesNotSay()
    {
        using var clips = new Clips(1);
        var files = _ml.Data.LoadAudioFolder(clips.Folder);
        var annotated = _ml.Transforms.LoadAudio("Waveform", "Path").Fit(files).Transform(files);
        var plain = Waveforms(Clips.Samples(0));
        List<string> Warnings(Action<MLContext> run)
        {
            var (ml, warnings) = (new MLContext(), new List<string>());
            ml.Log += (_, message) =>
            {
                if (message.Kind == ChannelMessageKind.Warning) warnings.Add(message.Message);
            };
            run(ml);
            return warnings;
        }

        var assumed = Warnings(ml =>
        {
            var model = ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform").Fit(plain);
            model.Transform(plain);
            model.Transform(plain);
        });

        Assert.Contains("'Waveform' does not say its sample rate, so 16000 Hz is assumed", Assert.Single(assumed));
        Assert.Contains("sampleRate: 16000", assumed[0]);
        Assert.Contains("ResampleAudio", assumed[0]);
        Assert.Empty(Warnings(ml => ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform").Fit(annotated)));
        Assert.Empty(Warnings(ml => ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", sampleRate: 16_000).Fit(plain)));
        Assert.Empty(Warnings(ml => ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", new MelOptions()).Fit(plain)));
    }

    [Fact]
    public void OtherColumns_AreToldFromWaveforms()
    {
        var stereo = _ml.Data.LoadFromEnumerable([new StereoRow()]);
        var data = Waveforms(Clips.Samples(0));
        var mels = _ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Small).Fit(data).Transform(data);
        string Error(IDataView view, string column) =>
            Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.ExtractMelSpectrogram("Out", column, Small).Fit(view)).Message;

        Assert.Contains("2 channels: put ResampleAudio before", Error(stereo, "Stereo"));
        Assert.Contains("a mel spectrogram", Error(mels, "Mel"));
    }

    [Fact]
    public void KnownLength_GivesAKnownSize_WhichRowsMustKeep()
    {
        var data = _ml.Data.LoadFromEnumerable([new FixedRow(), new FixedRow { Waveform = new float[399] }]);
        var estimator = _ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Small);

        var mels = estimator.Fit(data).Transform(data);

        Assert.Equal([6, 20], Assert.IsType<VectorDataViewType>(mels.Schema["Mel"].Type).Dimensions.ToArray());
        Assert.Equal(6 * 20, _ml.Data.TakeRows(mels, 1).GetColumn<float[]>("Mel").Single().Length);
        var error = Assert.Throws<InvalidDataException>(() => mels.GetColumn<float[]>("Mel").Count());
        Assert.Contains("Row 1 of column 'Waveform' has 399 values; the column's type says 400.", error.Message);
        var promised = estimator.GetOutputSchema(SchemaShape.Create(data.Schema)).Single(column => column.Name == "Mel");
        Assert.Equal(SchemaShape.Column.VectorKind.Vector, promised.Kind);
    }

    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity)]
    public void SampleThatIsNoNumber_NamesRowAndColumn(float sample)
    {
        var data = Waveforms(Clips.Samples(0), [0, sample, 0]);
        var mels = _ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Small).Fit(data).Transform(data);

        var error = Assert.Throws<InvalidDataException>(() => mels.GetColumn<float[]>("Mel").Count());

        Assert.Contains("Row 1 of column 'Waveform'", error.Message);
    }

    [Fact]
    public void Input_MustBeAWaveform()
    {
        var data = Waveforms(Clips.Samples(0));

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.ExtractMelSpectrogram("Mel", "Path").Fit(data));

        Assert.Contains("'Path'", error.Message);
        Assert.Contains("vector of Single", error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", new MelOptions { Bands = 0 }));
    }

    private IDataView Waveforms(params float[][] waveforms) =>
        _ml.Data.LoadFromEnumerable(waveforms.Select(waveform => new ClipRow { Waveform = waveform }));

    private sealed class StereoRow
    {
        [VectorType(100, 2)]
        public float[] Stereo { get; set; } = new float[200];
    }

    private sealed class FixedRow
    {
        [VectorType(400)]
        public float[] Waveform { get; set; } = new float[400];
    }

    /// <summary>One row with one vector.</summary>
    private sealed class OneRow(DataViewSchema schema, VBuffer<float> value) : DataViewRow
    {
        public override long Position => 0;

        public override long Batch => 0;

        public override DataViewSchema Schema => schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            (ValueGetter<TValue>)(Delegate)(ValueGetter<VBuffer<float>>)((ref VBuffer<float> destination) => value.CopyTo(ref destination));

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = default;
    }
}
