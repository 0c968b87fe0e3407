using AudioBsq.Decoding;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Inference;
using NAudio.Wave;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>A microphone of NAudio puts what it records into a <see cref="BufferedWaveProvider"/>, as here a tone.</summary>
[NoTensorLeaks]
public class NAudioStreamingTests
{
    [Fact]
    public void ARecording_BecomesTokensAsItGrows()
    {
        using var model = StreamModels.New(StreamModels.CausalNames.First());
        using var tokenizer = model.CreateStreamingTokenizer();
        const int rate = 48_000, pieceBytes = 2 * 960;
        short[] sound = Array.ConvertAll(StreamModels.Sound(rate), sample => (short)(sample * short.MaxValue));
        byte[] bytes = WavBytes.Samples(sound);
        var resampler = new StreamingResampler(rate, model.Mel.SampleRate);
        var recorded = new BufferedWaveProvider(new WaveFormat(rate, 16, 1));
        List<int> tokens = [];
        int early = 0;

        for (int at = 0; at < bytes.Length; at += pieceBytes)
        {
            early = tokens.Count;
            recorded.AddSamples(bytes, at, pieceBytes);
            var piece = AudioFile.Read(recorded.ToAudioSource(), "microphone");
            tokens.AddRange(tokenizer.Accept(resampler.Accept(piece.Samples)));
        }

        tokens.AddRange(tokenizer.Accept(resampler.Flush()));
        tokens.AddRange(tokenizer.Flush());

        var whole = AudioFile.Read(WavBytes.Pcm16(rate, sound), "whole", model.Mel.SampleRate);
        Assert.Equal(model.Encode(new MelSpectrogram(model.Mel).Extract(whole.Samples)), tokens);
        Assert.InRange(early, tokens.Count / 2, tokens.Count - 1);
    }
}
