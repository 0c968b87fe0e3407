using System.Runtime.InteropServices;
using AudioBsq.Decoding;
using AudioBsq.Tests.Model.Inference;
using NAudio.Wave;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>What NAudio records, as it comes: the tokens are those of the whole recording.</summary>
public class NAudioStreamingTests
{
    [Fact]
    [Trait("Speed", "Slow")]
    public void RecordedPieces_GiveTheTokensOfTheWhole()
    {
        using var model = StreamModels.New(StreamModels.CausalNames.First());
        using var tokenizer = model.CreateStreamingTokenizer();
        using var atOnce = model.CreateStreamingTokenizer();
        float[] sound = StreamModels.Sound(30_000);
        var recorded = new BufferedWaveProvider(WaveFormat.CreateIeeeFloatWaveFormat(model.Mel.SampleRate, 1));
        List<int> tokens = [];

        foreach (float[] piece in sound.Chunk(1_777))
        {
            recorded.AddSamples(MemoryMarshal.AsBytes(piece.AsSpan()));
            foreach (var block in AudioFile.ReadBlocks(recorded.ToAudioSource(), "recording")) tokens.AddRange(tokenizer.Accept(block.Span));
        }

        tokens.AddRange(tokenizer.Flush());

        Assert.Equal([.. atOnce.Accept(sound), .. atOnce.Flush()], tokens);
        Assert.NotEmpty(tokens);
    }
}
