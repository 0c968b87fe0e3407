using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Quantization;
using AudioBsq.Training;

namespace AudioBsq.Tests.Model.Training;

/// <summary>Training that starts from another model, whole or with a half that stays as it is.</summary>
[NoTensorLeaks]
public class FirstWeightsTests
{
    private static readonly TrainingOptions OneStep = Runs.Options with { MaxSteps = 1, LearningRate = 1e-12, WarmupSteps = 0 };

    private static readonly float[] Mel = Small.Mels(31, 64)[0];

    [Fact]
    public void Train_StartsFromTheWholeModel_WhereItIsAlike()
    {
        using var from = AudioBsqModel.Create(Small.Options, Small.Mel, seed: 8, device: "cpu");
        string fingerprint = from.Fingerprint;
        var notes = new List<string>();

        using var model = Train(OneStep, from, notes: notes);

        Assert.Equal(from.Encode(Mel), model.Encode(Mel));
        Close.To(from.Decode(from.Encode(Mel)), model.Decode(from.Encode(Mel)), 1e-3);
        Assert.Contains("Training starts from a model: the whole model.", notes);
        Assert.Equal(fingerprint, from.Fingerprint);
    }

    [Fact]
    public void Train_StartsFromTheEncoder_WhereQuantizerOrDecoderDiffer()
    {
        using var from = AudioBsqModel.Create(Small.Options, Small.Mel, seed: 8, device: "cpu");
        var notes = new List<string>();

        var otherDecoder = Small.Options with { Decoder = Small.Options.Encoder with { Width = 64 } };
        var otherQuantizer = new QuantizerOptions { Bits = 4, GroupSize = 4 };
        using var decoder = Train(OneStep, from, otherDecoder, notes);
        using var quantizer = Train(OneStep, from, Small.Options with { Quantizer = otherQuantizer }, notes);
        using var both = Train(OneStep, from, otherDecoder with { Quantizer = otherQuantizer }, notes);

        Assert.Equal(from.Encode(Mel), decoder.Encode(Mel));
        Assert.Contains(notes, note => note.Contains("the encoder; the decoder starts from random weights"));
        Assert.Contains(notes, note => note.Contains("encoder and decoder but for the layers beside the quantizer"));
        Assert.Contains(notes, note => note.Contains("the encoder but for its last layer"));
        var (expected, found) = (Decoder(from), Decoder(quantizer));
        Assert.NotEmpty(expected);
        Assert.All(expected, weight => Close.To(weight.Value, found[weight.Key], 1e-5));

        static Dictionary<string, float[]> Decoder(AudioBsqModel model) => NetworkWeights.Of(model.Content.Network, ModelParts.Decoder)
            .Where(weight => weight.Name.StartsWith("decoder.", StringComparison.Ordinal) && weight.Tensor.is_floating_point())
            .ToDictionary(weight => weight.Name, weight => weight.Tensor.data<float>().ToArray());
    }

    [Fact]
    public void Train_GrowsAModel_ThatComputesTheSameAtFirst()
    {
        using var from = AudioBsqModel.Create(Small.Options, Small.Mel, seed: 8, device: "cpu");
        var (encoder, notes) = (Small.Options.Encoder, new List<string>());
        var grown = Small.Options with { Encoder = encoder with { Layers = encoder.Layers + 1 } };
        var larger = Small.Options with { Decoder = encoder with { Layers = encoder.Layers + 2 } };

        using var both = Train(OneStep, from, grown, notes);
        using var decoder = Train(OneStep, from, larger, notes);
        using var trained = Train(Runs.Options with { MaxSteps = 5 }, from, larger);

        Assert.All(new[] { both, decoder }, model => Assert.Equal(from.Encode(Mel), model.Encode(Mel)));
        Assert.All(new[] { both, decoder }, model => Close.To(from.Decode(from.Encode(Mel)), model.Decode(from.Encode(Mel)), 1e-3));
        const string Whole = "the whole model; 2 further blocks add nothing at first.";
        Assert.Equal(2, notes.Count(note => note.EndsWith(Whole, StringComparison.Ordinal)));
        string last = FormattableString.Invariant($"decoder.transformer.resblocks.{encoder.Layers + 1}.mlp.c_proj.weight");
        Assert.Contains(NamedWeights.ByName(trained.Content.Weights(ModelParts.Decoder))(last), value => value != 0);
    }

    // One step has no neighbours, so masks and all taps but a step's own do nothing to it.
    [Fact]
    public void Train_MakesAModelThatSeesEverythingCausal()
    {
        var seesAll = Small.Options with { Encoder = Small.Options.Encoder with { UseConvModule = true, ConvKernelSize = 5 } };
        var looksBack = seesAll with { Encoder = seesAll.Encoder with { Mask = AttentionMask.BlockCausal, PastSteps = 3 } };
        using var from = AudioBsqModel.Create(seesAll, Small.Mel, seed: 8, device: "cpu");
        var notes = new List<string>();

        using var model = Train(OneStep, from, looksBack, notes);

        float[] step = Mel[..(Small.Options.PatchFrames * Small.Mel.Bands)];
        Assert.True(model.Options.IsCausal);
        Assert.Equal(from.Encode(step), model.Encode(step));
        Close.To(from.Decode(from.Encode(step)), model.Decode(from.Encode(step)), 1e-3);
        Assert.Contains(notes, note => note.EndsWith("the whole model; attention and convolution look back only from now on."));
        Assert.All(new[] { ModelParts.Encoder, ModelParts.Decoder }, half =>
        {
            float[] theirs = Taps(from, half), ours = Taps(model, half);
            Assert.All(theirs.Chunk(5).Zip(ours.Chunk(5)), taps => Close.To([0, 0, .. taps.First[..3]], taps.Second, 1e-6));
        });

        using var back = AudioBsqModel.Create(looksBack, Small.Mel, seed: 8, device: "cpu");
        Assert.Throws<ArgumentException>(() => Train(OneStep, back, seesAll).Dispose());

        static float[] Taps(AudioBsqModel model, ModelParts half) => NetworkWeights.Of(model.Content.Network, half)
            .Single(weight => weight.Name.EndsWith("depthwise_conv.weight", StringComparison.Ordinal)).Tensor.data<float>().ToArray();
    }

    [Fact]
    public void Train_RefusesAModelOfAnotherKind()
    {
        using var from = AudioBsqModel.Create(Small.Options, Small.Mel, seed: 8, device: "cpu");
        var wider = Small.Options with { Encoder = Small.Options.Encoder with { Width = 64 } };

        var e = Assert.Throws<ArgumentException>(() => Train(OneStep, from, wider).Dispose());
        var mel = Assert.Throws<ArgumentException>(() => AudioBsqModel.Train(
            Runs.Data, Small.Options, Small.Mel with { HopLength = 128 }, OneStep, from: from));

        Assert.Contains("another encoder: Encoder.Width = 32, and this one Encoder.Width = 64", e.Message);
        Assert.Contains("another mel spectrogram: HopLength = 160, and this one HopLength = 128", mel.Message);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Train_LeavesAFrozenEncoder_AndItsTokens()
    {
        using var from = AudioBsqModel.Create(Runs.Model, Small.Mel, seed: 8, device: "cpu");

        using var model = Train(Runs.Everything with { Frozen = FrozenHalf.Encoder }, from, Runs.Model);

        Assert.Equal(Half(from, ModelParts.Encoder), Half(model, ModelParts.Encoder));
        Assert.NotEqual(Half(from, ModelParts.Decoder), Half(model, ModelParts.Decoder));
        Assert.Equal(from.Encode(Mel), model.Encode(Mel));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Train_LeavesAFrozenDecoder()
    {
        using var from = AudioBsqModel.Create(Runs.Model, Small.Mel, seed: 8, device: "cpu");
        var fixedWeight = Runs.Everything.Adversarial! with { Adaptive = false };
        var options = Runs.Everything with { Frozen = FrozenHalf.Decoder, Adversarial = fixedWeight };

        using var model = Train(options, from, Runs.Model);

        Assert.Equal(Half(from, ModelParts.Decoder), Half(model, ModelParts.Decoder));
        Assert.NotEqual(Half(from, ModelParts.Encoder), Half(model, ModelParts.Encoder));
        Assert.Throws<ArgumentOutOfRangeException>((options with { Adversarial = Runs.Everything.Adversarial }).Validate);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Train_ThawsAfterSoManySteps()
    {
        using var from = AudioBsqModel.Create(Small.Options, Small.Mel, seed: 8, device: "cpu");
        var options = Runs.Options with { Frozen = FrozenHalf.Encoder, FrozenSteps = 5, ActivationCheckpointing = true };

        using var frozen = Train(options with { MaxSteps = 5 }, from);
        using var thawed = Train(options with { MaxSteps = 6 }, from);

        Assert.Equal(Half(from, ModelParts.Encoder), Half(frozen, ModelParts.Encoder));
        Assert.NotEqual(Half(from, ModelParts.Encoder), Half(thawed, ModelParts.Encoder));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Train_LearnsFasterFromATrainedModel()
    {
        var training = Runs.Options with { MaxSteps = 60, BatchSize = 8 };
        using var trained = Train(training, from: null);

        using var again = Train(training with { MaxSteps = 10 }, trained);
        using var anew = Train(training with { MaxSteps = 10 }, from: null);

        double Error(AudioBsqModel model) => model.Evaluate(Runs.Clips).MeanAbsoluteError;
        Assert.True(Error(again) < Error(trained) + 0.5 && Error(again) < 0.8 * Error(anew), $"{Error(again)}, {Error(anew)}");
    }

    private static AudioBsqModel Train(
        TrainingOptions training, AudioBsqModel? from, AudioBsqOptions? model = null, List<string>? notes = null) =>
        AudioBsqModel.Train(
            TrainingData.Of(Runs.Clips), model ?? Small.Options, Small.Mel, training, progress => notes?.AddRange(progress.Notes), from);

    private static string Half(AudioBsqModel model, ModelParts half) => ModelFingerprint.HashOf(model.Content.Weights(half));
}
