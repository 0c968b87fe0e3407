using AudioBsq.Networks;
using AudioBsq.Quantization;
using AudioBsq.Reference;

namespace AudioBsq.Tests.Model.Reference;

[WithoutTorch]
public class ReferenceConfigTextTests
{
    [Fact]
    public void ReadConfiguration_UndoesWriteConfiguration()
    {
        var decoder = new NetworkOptions
        {
            Width = 96,
            Layers = 3,
            Heads = 6,
            MlpRatio = 2.5,
            LayerScale = 0.1,
            Dropout = 0.1,
            AttentionDropout = 0.2,
            DropPath = 0.3,
            PreNorm = false,
            PostNorm = false,
        };
        var linearHead = decoder with { HeadWidth = null, UseConvModule = true, ConvKernelSize = 7 };
        AudioBsqOptions[] all =
        [
            AudioBsqOptions.Small,
            AudioBsqOptions.Large,
            AudioBsqOptions.Tiny with { MinLevel = -71.3f, MaxLevel = 0.1f, Decoder = linearHead },
            TinyNetworks.With(conv: true, AttentionMask.BlockCausal) with { Decoder = decoder with { Mask = AttentionMask.Causal } },
            AudioBsqOptions.Standard with
            {
                Quantizer = new QuantizerOptions
                {
                    Bits = 18, GroupSize = 1, NormalizeLatent = false, NormalizeCode = false, Entropy = EntropyEstimate.Analytical,
                    InverseTemperature = 3.5, CommitmentWeight = 0.25,
                    PositionEntropyWeight = 0.7, CodebookEntropyWeight = 1.3, EntropyWeight = 0.9,
                },
            },
        ];

        foreach (var options in all)
        {
            // Written out: the decoder by itself, since an encoder's configuration has no output head.
            var expected = options with
            {
                Encoder = options.Encoder with { HeadWidth = 3072 },
                Decoder = options.EffectiveDecoder,
                Compatibility = Compatibility.Reference,
            };
            Assert.Equal(expected, ReferenceCheckpoint.ReadConfiguration(ReferenceCheckpoint.WriteConfiguration(options)));
        }
    }

    [Theory]
    [InlineData("", "no JSON")]
    [InlineData("null", "wrong kind")]
    [InlineData("{\"embed_dim\": 9, \"audioconfig\": {}, \"embed_dim\": 9}", "no JSON")]
    [InlineData("{\"embed_dim\": 9, \"audioconfig\": {\"width\": 100, \"heads\": 3}}", "Encoder.Width")]
    [InlineData("{\"embed_dim\": 10, \"audioconfig\": {}}", "GroupSize")]
    [InlineData("{\"embed_dim\": 9, \"audioconfig\": {}, \"n_embed\": 64}", "n_embed")]
    [InlineData("{\"embed_dim\": 9, \"audioconfig\": {\"patch_size\": 0}}", "PatchBands")]
    [InlineData("{\"embed_dim\": 9, \"audioconfig\": {\"input_length\": 1e40}}", "wrong kind")]
    public void ReadConfiguration_RefusesInvalidText(string json, string named) =>
        Assert.Contains(named, Assert.Throws<InvalidDataException>(() => ReferenceCheckpoint.ReadConfiguration(json)).Message);
}
