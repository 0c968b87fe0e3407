using AudioBsq.MLNet;
using AudioBsq.Quantization;
using AudioBsq.Tests.Featurizers.Transforms;
using AudioBsq.Training;
using Microsoft.ML;

namespace AudioBsq.Tests.Estimators;

/// <summary>What does not fit is refused by name, before a row is read or a step is made.</summary>
[NoTensorLeaks]
public class TokenizerErrorTests
{
    private static readonly AudioTokenizerOptions Options = new()
    {
        Model = Small.Options,
        Training = new TrainingOptions { MaxSteps = 2, BatchSize = 2 },
        Mel = Small.Mel,
        Device = "cpu",
    };

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string, AudioTokenizerOptions> WrongOptions => new()
    {
        { "BatchSize", Options with { BatchSize = 0 } },
        { "BatchSize", Options with { BatchSize = 65_537 } },
        { "FrameCountColumnName", Options with { FrameCountColumnName = "" } },
        { "FrameCountColumnName", Options with { FrameCountColumnName = "Tokens" } },
        { "LatentsColumnName", Options with { LatentsColumnName = "" } },
        { "LatentsColumnName", Options with { LatentsColumnName = "Tokens" } },
        { "LatentsColumnName", Options with { LatentsColumnName = "Frames", FrameCountColumnName = "Frames" } },
        { "Mel.Bands", Options with { Mel = Small.Mel with { Bands = 24 } } },
        { "HopLength", Options with { Mel = Small.Mel with { HopLength = 0 } } },
        { "Model", Options with { Model = null! } },
        { "Training", Options with { Training = null! } },
        { "Bands", Options with { Mel = null, Model = Small.Options with { Bands = 17 } } },
        { "WindowFrames", Options with { Model = Small.Options with { WindowFrames = 30 } } },
        { "Encoder.Width", Options with { Model = Small.Options with { Encoder = Small.Options.Encoder with { Width = 33 } } } },
        { "GroupSize", Options with { Model = Small.Options with { Quantizer = new QuantizerOptions { Bits = 10 } } } },
        { "MaxSteps", Options with { Training = new TrainingOptions { MaxSteps = 0 } } },
        { "LearningRate", Options with { Training = new TrainingOptions { LearningRate = double.NaN } } },
        { "Patience", Options with { Training = new TrainingOptions { Patience = -1 } } },
    };

    [Theory, MemberData(nameof(WrongOptions))]
    public void WrongOption_IsNamed_WhenTheEstimatorIsMade(string name, AudioTokenizerOptions options)
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.TokenizeAudio("Tokens", "Mel", options));

        Assert.Contains(name, error.Message);
    }

    [Fact]
    public void WrongOption_ThatNeedsMore_IsNamedInFit()
    {
        var data = _ml.View(MelData.Rows(1, 40));

        Assert.Contains(
            "CropFrames",
            Assert.ThrowsAny<ArgumentException>(
                () => Fit(data, Options with { Training = new TrainingOptions { CropFrames = 33 } })).Message);
        Assert.Contains("'graphics'", Assert.ThrowsAny<ArgumentException>(() => Fit(data, Options with { Device = "graphics" })).Message);
    }

    [Fact]
    public void WrongName_IsRefused()
    {
        using var model = MelData.Model();
        using var tokenizer = _ml.Tokenizer(model);

        Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.TokenizeAudio(""));
        Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.TokenizeAudio("Tokens", "", Options));
        Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.TokenizeAudio("Tokens", "", model));
        Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.TokenizeAudio("Tokens", "Mel", model: null!));
        Assert.ThrowsAny<ArgumentException>(() => tokenizer.CreateReconstructor(""));
        Assert.ThrowsAny<ArgumentException>(() => tokenizer.CreateReconstructor("Mel", inputColumnName: ""));
        Assert.ThrowsAny<ArgumentException>(() => tokenizer.CreateReconstructor("Mel", frameCountColumnName: ""));
        Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.SynthesizeAudio(""));
        Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.MapTokensToBits(""));
        Assert.Contains("batchSize", Assert.ThrowsAny<ArgumentException>(() => tokenizer.WithBatchSize(0)).Message);
    }

    [Fact]
    public void WrongColumn_IsASchemaError_BeforeARowIsRead()
    {
        var data = _ml.Annotated(Unreadable());

        AssertFitRefuses(data, Options, "'Absent'", column: "Absent");
        AssertFitRefuses(data, Options, "'Name' vector of Single String", column: "Name");
        AssertFitRefuses(data, Options, "'Number' vector of Single Int32", column: "Number");
        AssertFitRefuses(Unreadable(), Options with { Mel = null }, "'Mel' how its mel spectrograms were made AudioTokenizerOptions.Mel");
        AssertFitRefuses(data, Options with { Mel = null, Model = Small.Options with { Bands = 24 } }, "'Mel' 24 bands 16 bands");
        AssertFitRefuses(data, Options with { Mel = Small.Mel with { HopLength = 128 } }, "'Mel' HopLength = 128 HopLength = 160");
    }

    [Fact]
    public void GivenModel_RefusesAColumnOfOtherSpectrograms()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel with { HopLength = 128 }, device: "cpu");
        var estimator = _ml.Transforms.TokenizeAudio("Tokens", "Mel", model);

        var error = Assert.ThrowsAny<ArgumentException>(() => estimator.Fit(_ml.Annotated(Unreadable())));

        Assert.Contains("HopLength = 128", error.Message);
        Assert.Contains("HopLength = 160", error.Message);
        Assert.DoesNotContain("Bands", error.Message); // they agree
    }

    [Fact]
    public void Waveform_IsToldToBecomeASpectrogramFirst()
    {
        using var clips = new Clips(1);
        using var model = MelData.Model();
        var files = _ml.Data.LoadAudioFolder(clips.Folder);
        var waveforms = _ml.Transforms.LoadAudio("Waveform", "Path").Fit(files).Transform(files);
        var plain = _ml.Data.LoadFromEnumerable([new ClipRow { Waveform = Clips.Samples(0) }]); // 800 samples, as of 50 frames
        string Error(IDataView data, IEstimator<ITransformer> estimator) =>
            Assert.ThrowsAny<ArgumentException>(() => estimator.Fit(data)).Message;

        Assert.All(
            [
                Error(waveforms, _ml.Transforms.TokenizeAudio("Tokens", "Waveform", model)),
                Error(waveforms, _ml.Transforms.TokenizeAudio("Tokens", "Waveform", Options)),
                Error(waveforms, _ml.Transforms.TokenizeAudio("Tokens", "Waveform", Options with { Mel = null })),
                Error(waveforms, _ml.Transforms.SynthesizeAudio("Sound", "Waveform")),
                Error(plain, _ml.Transforms.TokenizeAudio("Tokens", "Waveform", Options with { Mel = null })),
                Assert.Throws<InvalidDataException>(() =>
                    _ml.Tokens(_ml.Transforms.TokenizeAudio("Tokens", "Waveform", model).Fit(plain).Transform(plain))).Message,
            ],
            message => Assert.Contains("ExtractMelSpectrogram", message));
    }

    [Fact]
    public void WrongValidationSet_IsRefusedBeforeTraining()
    {
        var data = Unreadable();

        AssertFitRefuses(data, Options with { ValidationSet = _ml.Data.LoadFromEnumerable([new TokenRow()]) }, "'Mel'");
        AssertFitRefuses(
            data,
            Options with { ValidationSet = _ml.Annotated(Unreadable()), Mel = Small.Mel with { HopLength = 128 } },
            "'Mel' HopLength = 128");
        var empty = Assert.Throws<InvalidOperationException>(
            () => Fit(data, Options with { ValidationSet = _ml.View(MelData.Rows(1, 0, 0)) }));
        Assert.Contains("ValidationSet", empty.Message);
    }

    [Fact]
    public void NoFrames_AreSaidToBeNone()
    {
        Assert.Contains("no frames", Assert.Throws<InvalidOperationException>(() => Fit(_ml.View(MelData.Rows(1, 0, 0)), Options)).Message);
    }

    [Fact]
    public void WrongRows_AreNamed()
    {
        using var model = MelData.Model();
        using var tokenizer = _ml.Tokenizer(model);
        var rows = MelData.Rows(1, 8, 8, 8);
        rows[1].Mel[7] = float.NaN;
        var uneven = MelData.Rows(1, 8, 8);
        uneven[1].Mel = new float[17];

        var notFinite = Assert.Throws<InvalidDataException>(() => Fit(_ml.View(rows), Options));
        var inTransform = Assert.Throws<InvalidDataException>(() => _ml.Tokens(tokenizer.Transform(_ml.View(rows))));
        var noFrames = Assert.Throws<InvalidDataException>(() => _ml.Tokens(tokenizer.Transform(_ml.View(uneven))));

        Assert.Contains("'Mel' holds NaN", notFinite.Message);
        Assert.Contains("Row 1 of column 'Mel' holds NaN", inTransform.Message);
        Assert.Contains("Row 1 of column 'Mel' has 17 numbers", noFrames.Message);
    }

    private AudioTokenizerTransformer Fit(IDataView data, AudioTokenizerOptions options, string column = "Mel") =>
        _ml.Transforms.TokenizeAudio("Tokens", column, options).Fit(data);

    private void AssertFitRefuses(IDataView data, AudioTokenizerOptions options, string expected, string column = "Mel")
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => Fit(data, options, column));
        Assert.All(expected.Split(' '), word => Assert.Contains(word, error.Message));
    }

    private IDataView Unreadable() => _ml.Counted(MelData.Rows(1, 40), _ => Assert.Fail("A row was read."));
}
