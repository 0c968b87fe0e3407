using AudioBsq.Signal;
using AudioBsq.Training;
using AudioBsq.Vocoding;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Vocoding;

[NoTensorLeaks]
public class VocoderLossTests
{
    private const int Frames = 40;

    [Fact]
    public void Envelope_IsThatOfTheSynthesizedSoundsMelSpectrogram()
    {
        using var scope = NewDisposeScope();
        using var vocoder = SmallVocoder.Create();
        var mel = SmallVocoder.Mel;
        int samples = (Frames - 1) * mel.HopLength;
        float[] sound = SmallVocoder.Voice(samples);
        float[] row = [.. Enumerable.Range(0, Frames).SelectMany(Row)];
        var plain = SmallVocoder.Training with { GainDecibels = 0, CropFrames = Frames };
        var options = new EnvelopeOptions { Weight = 0.7, SegmentSeconds = 0.2 };
        var batch = VocoderBatch.Of([row], vocoder, plain, step: 0);
        var predicted = vocoder.Network.Predict(batch.Levels, batch.LogMagnitude);
        using var without = new VocoderLoss(plain, vocoder);
        using var with = new VocoderLoss(plain with { Envelope = options }, vocoder);
        using var expected = new EnvelopeLoss(options, mel, Frames, CPU);

        var (less, _, synthesized) = without.Of(predicted, batch.Sound);
        var (more, _, _) = with.Of(predicted, batch.Sound);

        float[] levels = new MelSpectrogram(mel).Extract(synthesized.data<float>().ToArray());
        float[] original = new MelSpectrogram(mel).Extract(sound);
        double envelope = expected.Of(Levels(levels), Levels(original), valid: null).item<float>();
        Assert.InRange(envelope, 0.05, 1.5);
        Close.To(options.Weight * envelope, more.item<float>() - less.item<float>(), 2e-3, "envelope");

        // A row of a batch is a frame's powers and the samples from its centre to the next one's.
        IEnumerable<float> Row(int frame)
        {
            var powers = new MelSpectrogram(mel).ExtractPower(sound).AsSpan(frame * mel.Bands, mel.Bands).ToArray();
            return powers.Concat(Enumerable.Range(frame * mel.HopLength, mel.HopLength).Select(n => n < samples ? sound[n] : 0));
        }

        static Tensor Levels(float[] mel) => tensor(mel, [1, Frames, mel.Length / Frames]);
    }
}
