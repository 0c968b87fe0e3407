using System.Globalization;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Signal;
using AudioBsq.Training;
using AudioBsq.Vocoding;
using TorchSharp;
using Xunit.Abstractions;

namespace AudioBsq.Tests.Model.Vocoding;

[NoTensorLeaks]
public class VocoderTrainingTests(ITestOutputHelper output)
{
    [Theory, Trait("Speed", "Slow")]
    [InlineData(null), InlineData(0)]
    public void Training_LearnsOneClip(int? lookAhead)
    {
        var options = SmallVocoder.Options with { Width = 48, LookAheadFrames = lookAhead };
        var training = SmallVocoder.Training with { MaxSteps = 120, BatchSize = 4, CropFrames = 24, ReportEvery = 10, LearningRate = 5e-3 };
        float[] sound = SmallVocoder.Voice(16_000);
        var reports = new List<VocoderProgress>();

        using var vocoder = NeuralVocoder.Train(VocoderTrainingData.Of([sound]), options, SmallVocoder.Mel, training, reports.Add);

        using var fresh = NeuralVocoder.Create(options, SmallVocoder.Mel, training.Seed, "cpu");
        var mel = new MelSpectrogram(SmallVocoder.Mel);
        double Error(NeuralVocoder by)
        {
            float[] original = mel.Extract(sound), synthesized = mel.Extract(by.Synthesize(original, sound.Length));
            return synthesized.Zip(original, (a, b) => Math.Abs(a - b)).Average();
        }

        double before = Error(fresh), after = Error(vocoder);
        double level = Tone.Decibels(Tone.Rms(vocoder.Synthesize(mel.Extract(sound))) / Tone.Rms(sound));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"loss {reports[0].Loss:F3} to {reports[^1].Loss:F3}; mel error {before:F2} to {after:F2} dB; level {level:F2} dB"));
        Assert.True(reports[^1].Loss < 0.85 * reports[0].Loss, $"{reports[0].Loss} to {reports[^1].Loss}"); // 0.77 measured
        Assert.True(after < 0.3 * before, $"{before} to {after} dB"); // 0.15 measured
        Assert.InRange(level, -0.5, 0.5);
    }

    [Fact]
    public void Training_RepeatsItself_WithTheSameSeed()
    {
        float[] Weights(int seed)
        {
            using var vocoder = Train(SmallVocoder.Training with { Seed = seed });
            return vocoder.Synthesize(Small.Mels(5, 30)[0]);
        }

        float[] first = Weights(1);

        Assert.Equal(first, Weights(1));
        Assert.NotEqual(first, Weights(2));
    }

    [Fact]
    public void Training_StartsFromAVocoder()
    {
        using var from = NeuralVocoder.Create(SmallVocoder.Options, SmallVocoder.Mel, seed: 5, device: "cpu");
        var oneStep = SmallVocoder.Training with { MaxSteps = 1, LearningRate = 1e-12, WarmupSteps = 0 };
        float[] mel = Small.Mels(5, 30)[0], expected = from.Synthesize(mel);

        using var vocoder = Train(oneStep, from: from);
        using var anew = Train(oneStep);

        Close.To(expected, vocoder.Synthesize(mel), 1e-5);
        Assert.NotEqual(expected, anew.Synthesize(mel));
        Assert.Equal(expected, from.Synthesize(mel));
        var e = Assert.Throws<ArgumentException>(() => NeuralVocoder.Train(
            VocoderTrainingData.Of([SmallVocoder.Voice(6_000)]), SmallVocoder.Options with { Layers = 3 }, SmallVocoder.Mel, oneStep,
            from: from));
        Assert.Contains("another network: Layers = ", e.Message);
    }

    [Fact]
    public void Training_StartsFromAVocoder_ThatLooksAheadFurtherOrLess()
    {
        using NeuralVocoder centred = Create(lookAhead: null), causal = Create(lookAhead: 0), again = Create(lookAhead: null);
        var oneStep = SmallVocoder.Training with { MaxSteps = 1, LearningRate = 1e-12, WarmupSteps = 0 };
        float[] mel = Small.Mels(5, 30)[0];
        int after = SmallVocoder.Options.Kernel / 2, kernel = SmallVocoder.Options.Kernel;

        causal.Network.CopyFrom(centred.Network);
        again.Network.CopyFrom(causal.Network);
        using var trained = NeuralVocoder.Train(
            VocoderTrainingData.Of([SmallVocoder.Voice(6_000)]), causal.Options, SmallVocoder.Mel, oneStep, from: centred);

        Close.To(causal.Synthesize(mel), trained.Synthesize(mel), 1e-5);
        foreach (var ((all, back), kept) in ConvolutionsOf(centred).Zip(ConvolutionsOf(causal)).Zip(ConvolutionsOf(again)))
        {
            Assert.Equal(all.Select((weight, i) => i % kernel <= after ? weight : 0), kept);
            Assert.Equal(kept.SkipLast(after), back.Skip(after)); // the tap of a frame itself has become the last one
        }

        NeuralVocoder Create(int? lookAhead) => NeuralVocoder.Create(
            SmallVocoder.Options with { LookAheadFrames = lookAhead }, SmallVocoder.Mel, seed: 5, device: "cpu");

        IEnumerable<float[]> ConvolutionsOf(NeuralVocoder vocoder) => vocoder.Network.named_parameters()
            .Where(parameter => parameter.name.EndsWith("depthwise.weight", StringComparison.Ordinal) || parameter.name == "embed.weight")
            .Select(parameter => parameter.parameter.data<float>().ToArray());
    }

    [Fact]
    public void Training_LeavesTheUsersRandomNumbersAlone()
    {
        using var scope = torch.NewDisposeScope();
        torch.random.manual_seed(9);
        float expected = torch.rand(1).item<float>();
        torch.random.manual_seed(9);

        Train(SmallVocoder.Training).Dispose();

        Assert.Equal(expected, torch.rand(1).item<float>());
    }

    [Fact]
    public void Reports_ComeInTime_AndTensorsDoNotGather()
    {
        var alive = new List<long>();
        var reports = new List<VocoderProgress>();

        using var vocoder = Train(SmallVocoder.Training with { MaxSteps = 9 }, progress =>
        {
            reports.Add(progress);
            alive.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        });

        Assert.Equal([2, 4, 6, 8, 9], reports.Select(report => report.Step));
        Assert.All(reports, report => Assert.True(
            report is { MaxSteps: 9, SkippedSteps: 0, Loss: > 0, MelError: > 0, GradientNorm: > 0, Speed: > 0 }));
        Assert.Single(alive.Distinct());
    }

    [Fact] // a given mel replaces the waveform's own, and may be longer
    [Trait("Speed", "Slow")]
    public void Mel_ThatIsGiven_IsTheNetworksInput()
    {
        var (mel, sound) = SmallVocoder.Clip(6_000);
        float[] Result(float[] given)
        {
            using var vocoder = Train(SmallVocoder.Training, data: new(_ => [new VocoderClip(sound, given)]));
            return vocoder.Synthesize(mel);
        }

        using var own = Train(SmallVocoder.Training, data: VocoderTrainingData.Of([sound]));
        float[] expected = own.Synthesize(mel);

        Assert.Equal(expected, Result(mel));
        Assert.Equal(expected, Result([.. mel, .. new float[32]]));
        Assert.NotEqual(expected, Result([.. mel.Select(level => level - 3)]));
    }

    [Fact]
    public void Tokenizers_ReconstructEachClipOnce()
    {
        using var model = AudioBsqModel.Create(Small.Options, SmallVocoder.Mel, device: "cpu");
        float[][] sounds = [SmallVocoder.Voice(6_000), SmallVocoder.Voice(3_000, seed: 2)];
        var data = VocoderTrainingData.Of(sounds, model.Mel, mel => model.Decode(model.Encode(mel)));

        var (first, second) = (data.Clips(0).ToList(), data.Clips(1).ToList());

        float[] expected = model.Decode(model.Encode(new MelSpectrogram(SmallVocoder.Mel).Extract(sounds[1])));
        Assert.Equal(expected, first[1].Mel);
        Assert.All(first.Zip(second), pair => Assert.Same(pair.First.Mel, pair.Second.Mel));
        using var vocoder = Train(SmallVocoder.Training, data: data);
    }

    [Fact]
    public void BadClips_AreNamed()
    {
        string Error(VocoderClip clip)
        {
            var data = new VocoderTrainingData(_ => [new VocoderClip(SmallVocoder.Voice(4_000)), clip]);
            return Assert.Throws<InvalidDataException>(() => Train(SmallVocoder.Training, data: data).Dispose()).Message;
        }

        float[] spoilt = SmallVocoder.Voice(4_000);
        spoilt[3] = float.NaN;

        Assert.Contains("clip 1", Error(new(spoilt)));
        Assert.Contains("clip 1", Error(new(spoilt, SmallVocoder.Clip(4_000).Mel)));
        Assert.Contains("16 bands", Error(new(SmallVocoder.Voice(4_000), new float[17])));
        Assert.Contains("25 frames", Error(new(SmallVocoder.Voice(4_000), new float[16 * 24])));
        Assert.Contains("no level", Error(new(SmallVocoder.Voice(160), [.. Enumerable.Repeat(float.NaN, 16)])));
    }

    [Fact]
    public void Runs_WithInvalidArguments_AreRefused()
    {
        void Run(VocoderTrainingData data, VocoderTrainingOptions training, CancellationToken cancellation = default) =>
            Train(training, data: data, cancellation: cancellation).Dispose();
        string Error(VocoderTrainingOptions training) => Assert.ThrowsAny<ArgumentException>(() => Run(Data(), training)).Message;

        Assert.Throws<InvalidOperationException>(() => Run(VocoderTrainingData.Of([]), SmallVocoder.Training));
        Assert.Throws<InvalidOperationException>(() => Run(VocoderTrainingData.Of([new float[159]]), SmallVocoder.Training));
        Assert.Contains("CropFrames", Error(SmallVocoder.Training with { CropFrames = 5 }));
        Assert.Contains("StftWeight", Error(SmallVocoder.Training with { StftWeight = double.NaN }));
        Assert.Throws<ArithmeticException>(() => Run(Data(), SmallVocoder.Training with { MelWeight = 1e300, MaxSkippedInARow = 2 }));
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(() => Run(Data(), SmallVocoder.Training, stopped.Token));
    }

    [Fact] // also clips that are shorter than a crop
    public void Rows_HoldPowerAndSoundInStep()
    {
        float[] sound = SmallVocoder.Voice(1_000);

        float[] rows = new VocoderRows(VocoderTrainingData.Of([sound]), SmallVocoder.Mel, minFrames: 9).OnePass(0, default).Single();

        Assert.Equal(9 * (16 + 160), rows.Length);
        float[] power = new MelSpectrogram(SmallVocoder.Mel).ExtractPower(sound);
        for (int frame = 0; frame < 9; frame++)
        {
            var row = rows.AsSpan(frame * 176, 176);
            if (frame < 6) Close.To(sound.AsSpan(frame * 160, 160), row[16..], 0);
            if (frame < 6) Close.To(power.AsSpan(frame * 16, 16), row[..16], 1e-3 * power.Max());
            else Assert.All(row.ToArray(), value => Assert.Equal(0, value));
        }
    }

    [Theory] // no term of the loss is without effect
    [InlineData("Stft"), InlineData("Mel"), InlineData("Magnitude"), InlineData("Phase"), InlineData("Consistency"), InlineData("Level")]
    [Trait("Speed", "Slow")]
    public void EveryTerm_MovesTheWeights(string term)
    {
        var none = SmallVocoder.Training with
        {
            StftWeight = 0,
            MelWeight = 0,
            MagnitudeWeight = 0,
            PhaseWeight = 0,
            ConsistencyWeight = 0,
            LevelWeight = 0,
            WeightDecay = 0,
        };
        var only = term switch
        {
            "Stft" => none with { StftWeight = 1 },
            "Mel" => none with { MelWeight = 1 },
            "Magnitude" => none with { MagnitudeWeight = 1 },
            "Phase" => none with { PhaseWeight = 1 },
            "Consistency" => none with { ConsistencyWeight = 1 },
            _ => none with { LevelWeight = 1 },
        };
        var reports = new List<VocoderProgress>();

        using var vocoder = Train(only, reports.Add);

        Assert.All(reports, report => Assert.True(report.GradientNorm > 0 && report.Loss > 0));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Discriminators_ActFromTheirStep()
    {
        float[] mel = Small.Mels(5, 30)[0];
        var reports = new List<VocoderProgress>();
        float[] Result(VocoderAdversarialOptions? adversarial)
        {
            reports.Clear();
            using var vocoder = Train(SmallVocoder.Training with { Adversarial = adversarial }, reports.Add);
            return vocoder.Synthesize(mel);
        }

        float[] without = Result(null), later = Result(new() { StartStep = 9 }), acting = Result(new() { StartStep = 2 });

        Assert.Equal(without, later);
        Assert.NotEqual(without, acting);
        Assert.Equal([null, true], reports.Select(report => report.DiscriminatorLoss > 0 ? true : (bool?)null));
        Assert.Contains("Adversarial.Width", Assert.ThrowsAny<ArgumentException>(() => Result(new() { Width = 0 })).Message);
    }

    [Fact, Trait("Speed", "Slow")]
    public void Discriminators_LearnToDiscriminate()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        torch.random.manual_seed(1);
        var training = SmallVocoder.Training with { Adversarial = new() { LearningRate = 5e-3 } };
        using var adversary = new VocoderAdversary(training, SmallVocoder.Mel, torch.CPU);
        var voice = torch.tensor(SmallVocoder.Voice(4_000)).unsqueeze(0);
        var noise = torch.tensor(Tone.Noise(4_000, seed: 2)).unsqueeze(0);

        var (first, before) = Learn();
        for (int i = 0; i < 20; i++) Learn();

        var (last, after) = Learn();
        Assert.True(after < 0.5 * before, $"{before} to {after}");
        Assert.True(last > first, $"{first} to {last}");

        (double Vocoder, double Discriminators) Learn()
        {
            foreach (var discriminator in adversary.Discriminators) discriminator.parameters().ClearGradients();
            var (vocoder, discriminators) = adversary.Losses(noise, voice);
            adversary.Backward(discriminators);
            adversary.Step();
            return (vocoder.item<float>(), discriminators.item<float>());
        }
    }

    [Theory, InlineData(2), InlineData(3)]
    public void Gradients_OfWorkersAddUpToThoseOfOneThread(int workers)
    {
        Dictionary<string, float[]> Moments(int threads)
        {
            var training = SmallVocoder.Training with
            {
                Workers = threads,
                BatchSize = 6,
                CropFrames = 24,
                MaxSteps = 2,
                PhaseWeight = 0, // its gradient jumps where a phase turns over, which rounding decides
                Envelope = new EnvelopeOptions { SegmentSeconds = 0.1 },
                Adversarial = new VocoderAdversarialOptions { StartStep = 1, Width = 8 },
            };
            using var scope = torch.NewDisposeScope();
            using var vocoder = SmallVocoder.Create();
            torch.random.manual_seed(4);
            using var trainer = new VocoderTrainer(vocoder, training);
            float[][] crops = [.. Enumerable.Range(1, 6).Select(seed => SmallVocoder.Rows(24 * 160, seed))];
            for (int step = 0; step < 2; step++) trainer.Step(VocoderBatch.Of(crops, vocoder, training, step), step);
            return trainer.Tensors.Where(entry => entry.Name.EndsWith(".first", StringComparison.Ordinal))
                .ToDictionary(entry => entry.Name, entry => entry.Tensor.data<float>().ToArray());
        }

        var (alone, shared) = (Moments(1), Moments(workers));

        foreach (var (name, values) in alone) Close.To(values, shared[name], 1e-4, name);
    }

    [Fact]
    public void Losses_ReachTheSoundAndTheDiscriminatorsApart()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        torch.random.manual_seed(1);
        using var adversary = new VocoderAdversary(SmallVocoder.Training with { Adversarial = new() }, SmallVocoder.Mel, torch.CPU);
        var voice = torch.tensor(SmallVocoder.Voice(4_000)).unsqueeze(0);
        var noise = torch.tensor(Tone.Noise(4_000, seed: 2)).unsqueeze(0).requires_grad_();
        torch.Tensor[] weights = [.. adversary.Tensors.Where(entry => entry.Tensor.requires_grad).Select(entry => entry.Tensor)];

        var (vocoder, discriminators) = adversary.Losses(noise, voice);
        vocoder.backward();

        Assert.NotEmpty(weights);
        Assert.True((noise.grad! != 0).any().item<bool>());
        Assert.All(weights, weight => Assert.Null(weight.grad));
        float[] gradient = noise.grad!.data<float>().ToArray();
        adversary.Backward(discriminators);
        Assert.Equal(gradient, noise.grad!.data<float>().ToArray());
        Assert.Contains(weights, weight => weight.grad is not null);
    }

    private static VocoderTrainingData Data() => VocoderTrainingData.Of(
        [SmallVocoder.Voice(6_000), SmallVocoder.Voice(2_000, seed: 2), SmallVocoder.Voice(700, seed: 3)]);

    private static NeuralVocoder Train(
        VocoderTrainingOptions training, Action<VocoderProgress>? report = null, VocoderTrainingData? data = null,
        NeuralVocoder? from = null, CancellationToken cancellation = default) =>
        NeuralVocoder.Train(data ?? Data(), SmallVocoder.Options, SmallVocoder.Mel, training, report, from, cancellation);
}
