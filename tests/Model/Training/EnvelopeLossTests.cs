using AudioBsq.Decoding;
using AudioBsq.Metrics;
using AudioBsq.Signal;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public class EnvelopeLossTests
{
    private static readonly MelOptions Mel = new();

    private static readonly float[] Sound = AudioFile.Read(TestData.PathOf("audio", "LJ001-0008.flac"), Mel.SampleRate).Samples;

    private static readonly float[] Speech = new MelSpectrogram(Mel).Extract(Sound);

    [Fact]
    public void Of_IsZero_ForTheSameSpeechAtAnyLevel()
    {
        Assert.Equal(0, Loss(Speech, Speech), 1e-4);
        Assert.InRange(Loss(Changed((level, _, _) => level - 6)), 0, 0.02); // but for what sinks to the floor
    }

    [Fact]
    public void LevelWeight_SeesWhatIsTooQuiet()
    {
        double Quieter(double decibels, double weight) =>
            Loss(Changed((level, _, _) => level - decibels), options: new() { LevelWeight = weight });

        double two = Quieter(2, weight: 1) - Quieter(2, weight: 0), four = Quieter(4, weight: 1) - Quieter(4, weight: 0);

        Assert.InRange(two, 0.95 * Math.Log(10) / 10, 1.1 * Math.Log(10) / 10); // 2 dB in nepers
        Assert.InRange(four, 1.9 * two, 2.1 * two);
    }

    [Fact]
    public void Of_IsAboutOne_ForUnrelatedSpeech()
    {
        int frames = Speech.Length / Mel.Bands;
        float[] reversed = [.. Enumerable.Range(0, frames).Reverse().SelectMany(t => Speech[(t * Mel.Bands)..((t + 1) * Mel.Bands)])];

        Assert.InRange(Loss(reversed), 0.7, 1.3);
    }

    [Fact]
    public void Of_FollowsStoi_WhereSoundIsBlurred()
    {
        double Blurred(int frames) => Loss(Changed((_, t, b) => Enumerable.Range(t - frames / 2, frames)
            .Average(i => Speech[Math.Clamp(i, 0, Speech.Length / Mel.Bands - 1) * Mel.Bands + b])));

        double[] losses = [.. new[] { 1, 3, 9, 27 }.Select(Blurred)];

        Assert.Equal(losses.Order(), losses);
        Assert.True(losses[3] > losses[1] + 0.1, string.Join(", ", losses));
    }

    [Theory, InlineData(20), InlineData(10), InlineData(0)]
    public void Of_GrowsAsStoiFalls_InNoise(double signalToNoise)
    {
        var random = new Random(4);
        double amplitude = Math.Sqrt(Sound.Average(x => (double)x * x)) * Math.Pow(10, -signalToNoise / 20) * Math.Sqrt(3);
        float[] noisy = [.. Sound.Select(x => (float)(x + amplitude * (2 * random.NextDouble() - 1)))];

        double loss = Loss(new MelSpectrogram(Mel).Extract(noisy));

        double lost = 1 - Stoi.Measure(Sound, noisy, Mel.SampleRate)!.Value; // of loud frames alone, where the loss has quiet ones too
        Assert.InRange(loss / lost, 0.8, 4);
    }

    [Fact]
    public void Envelopes_AreThoseOfStoi()
    {
        using var scope = NewDisposeScope();
        using var loss = new EnvelopeLoss(new EnvelopeOptions(), Mel, 100, CPU);
        double Tone(int band, double seconds) => (1.2 + Math.Sin(2 * Math.PI * (1 + 0.2 * band) * seconds + band))
            * Math.Sin(2 * Math.PI * 150 * Math.Pow(2, band / 3.0) * seconds);
        float Sample(int i) => (float)(0.02 * Enumerable.Range(0, 15).Sum(band => Tone(band, i / 16_000.0)));
        float[] sound = [.. Enumerable.Range(0, 3 * Mel.SampleRate).Select(Sample)];
        float[] levels = new MelSpectrogram(Mel).Extract(sound);

        float[] ours = [.. loss.Envelopes(tensor(levels).reshape(1, -1, Mel.Bands)).data<float>()];
        double[] slower = OctaveResampler.Resample(sound, Mel.SampleRate, ThirdOctaveBands.SampleRate);
        double[] theirs = ThirdOctaveBands.Measure(slower, slower).Item1;

        const int bands = ThirdOctaveBands.Bands;
        int frames = theirs.Length / bands;
        Assert.Equal(bands, ours.Length / (levels.Length / Mel.Bands));
        for (int band = 3; band < bands; band++) // STOI's window is so short that the lowest bands hear their neighbours
        {
            double Ours(int frame)
            {
                double place = (128 * frame + 128) / 100.0; // the middle of its window of 26 ms, in frames of 10 ms; ours has 64 ms
                int at = (int)place;
                return ours[at * bands + band] + (place - at) * (ours[(at + 1) * bands + band] - ours[at * bands + band]);
            }

            double correlation = Correlation(
                [.. Enumerable.Range(0, frames).Select(Ours)], [.. Enumerable.Range(0, frames).Select(t => theirs[t * bands + band])]);
            Assert.True(correlation > 0.9, $"band {band}: {correlation:F3}");
        }
    }

    [Fact]
    public void Of_DoesNotSeePauses()
    {
        var random = new Random(1);
        float[] noisy = Changed((level, _, _) => level < -75 ? level + random.NextSingle() * 4 : level);

        Assert.True(Loss(noisy) < 0.01);
        Assert.Equal(0, Loss([.. Speech.Select(_ => -80f)], [.. Speech.Select(_ => -80f)]), 1e-6);
    }

    [Fact]
    public void OfPower_IsOneMinusTheMeanCorrelation_ByHand()
    {
        using var scope = NewDisposeScope();
        var mel = new MelOptions { Bands = 16, FftLength = 256, HopLength = 160 };
        var options = new EnvelopeOptions { SegmentSeconds = 0.06, BandsPerOctave = 1, MinFrequency = 1000, MaxFrequency = 1000 };
        using var loss = new EnvelopeLoss(options, mel, 6, CPU);
        var random = new Random(2);
        float[] x = [.. Enumerable.Range(0, 6 * 16).Select(_ => random.NextSingle())], y = [.. x.Select(_ => random.NextSingle())];

        double actual = loss.OfPower(tensor(x, [1, 6, 16]), tensor(y, [1, 6, 16]), null).item<float>();

        double low = 0, high = 2595 * Math.Log10(1 + 8000 / 700.0);
        var inside = Enumerable.Range(0, 16).Where(b =>
        {
            double hertz = 700 * (Math.Pow(10, (low + (b + 1) * (high - low) / 17) / 2595) - 1);
            return hertz >= 1000 / Math.Sqrt(2) && hertz < 1000 * Math.Sqrt(2);
        }).ToList();
        double[] Envelope(float[] power) => [.. Enumerable.Range(0, 6).Select(t => Math.Sqrt(inside.Sum(b => (double)power[t * 16 + b])))];
        Assert.Equal(1 - Correlation(Envelope(x), Envelope(y)), actual, 1e-4);
    }

    [Theory, InlineData(false, 0), InlineData(true, 0), InlineData(false, 0.5)]
    public void Gradient_IsTheSlope(bool acrossBands, double levelWeight)
    {
        using var scope = NewDisposeScope();
        using var loss = new EnvelopeLoss(new() { AcrossBands = acrossBands, LevelWeight = levelWeight }, Mel, 100, CPU);
        var target = tensor(Speech.AsSpan(0, 60 * Mel.Bands).ToArray(), [1, 60, Mel.Bands]);
        var x = (target * 0.9 - 8 + 3 * randn_like(target)).requires_grad_();
        var direction = randn_like(x);

        loss.Of(x, target, null).backward();

        using var _ = no_grad();
        double At(double step) => loss.Of(x + step * direction, target, null).item<float>();
        double slope = (At(0.02) - At(-0.02)) / 0.04;
        Close.To(slope, (x.grad! * direction).sum().item<float>(), 0.02 * Math.Abs(slope) + 2e-5);
    }

    [Fact]
    public void Of_LeavesPaddingOut()
    {
        using var scope = NewDisposeScope();
        using var loss = new EnvelopeLoss(new EnvelopeOptions(), Mel, 100, CPU);
        var target = tensor(Speech.AsSpan(0, 100 * Mel.Bands).ToArray(), [1, 100, Mel.Bands]);
        var other = target - 3 * randn_like(target).abs();
        var padded = other.clone();
        padded.narrow(1, 62, 38).fill_(-10);
        var valid = arange(100).unsqueeze(0) < 62;

        double whole = loss.Of(other.narrow(1, 0, 62), target.narrow(1, 0, 62), null).item<float>();

        Close.To(whole, loss.Of(padded, target, valid).item<float>(), 1e-5);
        Assert.Equal(0, loss.Of(padded.narrow(1, 0, 20), target.narrow(1, 0, 20), null).item<float>());
    }

    [Fact]
    public void Options_AreChecked()
    {
        void Refused(EnvelopeOptions options, string rule) =>
            Assert.Contains(rule, Assert.Throws<ArgumentOutOfRangeException>((Runs.Options with { Envelope = options }).Validate).Message);

        Refused(new() { Weight = -1 }, "Envelope.Weight must not be negative");
        Refused(new() { SegmentSeconds = double.NaN }, "from 0.02 to 10 seconds");
        Refused(new() { BandsPerOctave = 0 }, "from 1 to 24");
        Refused(new() { MinFrequency = 5000 }, "at least MinFrequency");
        var tooLong = Runs.Options with { Envelope = new() { SegmentSeconds = 2 } };
        Assert.Contains("fit into a crop of 32 frames", Assert.Throws<ArgumentOutOfRangeException>(() => Runs.Train(tooLong)).Message);
        Assert.Contains("must leave bands", Assert.Throws<ArgumentOutOfRangeException>(
            () => new EnvelopeLoss(new() { MinFrequency = 20_000, MaxFrequency = 30_000 }, Mel, 100, CPU)).Message);
    }

    private static double Correlation(double[] x, double[] y)
    {
        double meanX = x.Average(), meanY = y.Average();
        double product = x.Zip(y).Sum(pair => (pair.First - meanX) * (pair.Second - meanY));
        return product / Math.Sqrt(x.Sum(v => (v - meanX) * (v - meanX)) * y.Sum(v => (v - meanY) * (v - meanY)));
    }

    private static float[] Changed(Func<double, int, int, double> change) =>
        [.. Speech.Select((level, i) => (float)Math.Max(-80, change(level, i / Mel.Bands, i % Mel.Bands)))];

    private static double Loss(float[] reconstructed, float[]? target = null, EnvelopeOptions? options = null)
    {
        using var scope = NewDisposeScope();
        using var loss = new EnvelopeLoss(options ?? new EnvelopeOptions(), Mel, 100, CPU);
        Tensor Batch(float[] levels) => tensor(levels).reshape(1, -1, Mel.Bands);
        return loss.Of(Batch(reconstructed), Batch(target ?? Speech), null).item<float>();
    }
}
