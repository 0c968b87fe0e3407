using AudioBsq.Tests.Model.Vocoding;
using AudioBsq.Vocoding;

namespace AudioBsq.Tests.OnnxRuntime;

/// <summary>A vocoder makes on ONNX Runtime the sound that it makes on torch, whole and in pieces.</summary>
public class OnnxVocoderTests
{
    [Theory, InlineData(null, 5), InlineData(0, 5), InlineData(2, 3), InlineData(null, 1)]
    public void Sound_IsThatOfTorch_WholeAndInPieces(int? lookAhead, int kernel)
    {
        var options = SmallVocoder.Options with { LookAheadFrames = lookAhead, Kernel = kernel };
        using var torch = NeuralVocoder.Create(options, SmallVocoder.Mel, device: "cpu");
        using var onnx = OnOnnx(torch);
        int bands = SmallVocoder.Mel.Bands;
        var (stream, random) = (new StreamingSynthesizer(onnx), new Random(5));
        foreach (int frames in new[] { 1, 2, 3, 7, 90, 500 })
        {
            float[] mel = Small.Mels(frames, frames)[0], whole = torch.Synthesize(mel);
            double peak = whole.Append(1e-9f).Max(MathF.Abs);

            Close.To(whole, onnx.Synthesize(mel), 1e-5 * peak, $"{frames} frames");
            Close.To(torch.Synthesize(mel, null, 3), onnx.Synthesize(mel, null, 3), 1e-3 * peak, $"{frames} frames, refined");

            List<float> sound = [];
            for (int at = 0; at < frames;)
            {
                int count = Math.Min(frames - at, random.Next(1, 9));
                sound.AddRange(stream.Accept(mel.AsSpan(at * bands, count * bands)));
                at += count;
                var other = new StreamingSynthesizer(onnx);
                other.RestoreState(stream.SaveState());
                if (at == frames) Close.To(stream.Flush(), other.Flush(), 1e-5 * peak, "restored");
                else if (random.Next(5) == 0) stream = other;
                if (at == frames) break;
            }

            Close.To(whole.AsSpan(0, sound.Count), sound.ToArray(), 1e-5 * peak, $"{frames} frames in pieces");
        }
    }

    [Fact]
    public void Save_GivesTheBytesThatTorchGives_AndDisposalIsNoticed()
    {
        using var torch = NeuralVocoder.Create(SmallVocoder.Options, SmallVocoder.Mel, device: "cpu");
        var onnx = OnOnnx(torch);
        using var expected = new MemoryStream();
        using var saved = new MemoryStream();

        torch.Save(expected);
        onnx.Save(saved);
        string network = Assert.Throws<NotSupportedException>(() => onnx.Network).Message;
        onnx.Dispose();

        Assert.Equal(expected.ToArray(), saved.ToArray());
        Assert.Contains("ONNX Runtime", network, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => onnx.Synthesize(Small.Mels(1, 9)[0]));
    }

    private static NeuralVocoder OnOnnx(NeuralVocoder vocoder)
    {
        using var file = new MemoryStream();
        vocoder.Save(file);
        file.Position = 0;
        return NeuralVocoder.Load(file, "onnx");
    }
}
