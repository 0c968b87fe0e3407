using System.Text.Json;
using AudioBsq.Networks;
using AudioBsq.Quantization;
using AudioBsq.Reference;

namespace AudioBsq.Tests.Model.Reference;

[WithoutTorch]
public class ReferenceConfigTests
{
    [Fact]
    public void ToOptions_ReadsThePublishedConfiguration()
    {
        var options = Read("""
            { "embed_dim": 18, "embed_group_size": 1, "l2_norm": true, "persample_entropy_compute": "analytical", "post_q_l2_norm": true,
              "logit_laplace": false, "beta": 0.0,
              "audioconfig": { "input_size": 128, "input_length": 1024, "patch_size": 16, "width": 768, "layers": 12, "heads": 12,
                               "mlp_ratio": 4, "drop_rate": 0.0, "use_conv_module": true, "conv_kernel_size": 31 } }
            """);

        Assert.Equal(
            AudioBsqOptions.Standard with
            {
                Encoder = AudioBsqOptions.Standard.Encoder with { UseConvModule = true },
                Quantizer = new QuantizerOptions { Bits = 18, GroupSize = 1, Entropy = EntropyEstimate.Analytical, InverseTemperature = 1 },
                Compatibility = Compatibility.Reference,
            },
            options);
    }

    [Fact]
    public void ToOptions_HasTheReferencesDefaults()
    {
        var options = Read("""
            { "embed_dim": 9,
              "audioconfig": { "time_patch_size": 2, "freq_patch_size": 128, "mask_type": "block-causal", "mask_block_size": 1 } }
            """);

        Assert.Equal((2, 128, -80f, 0f), (options.PatchFrames, options.PatchBands, options.MinLevel, options.MaxLevel));
        Assert.Equal((768, 12, AttentionMask.BlockCausal), (options.Encoder.Width, options.Encoder.Layers, options.Encoder.Mask));
        var quantizer = options.Quantizer;
        Assert.Equal((9, 1.0), (quantizer.GroupSize, quantizer.InverseTemperature));
        Assert.Equal((false, false), (quantizer.NormalizeLatent, quantizer.NormalizeCode));
        Assert.Null(options.Decoder);
    }

    [Theory]
    [InlineData("""{ "embed_dim": 9 }""", "audioconfig")]
    [InlineData("""{ "audioconfig": {} }""", "embed_dim")]
    [InlineData("""{ "embed_dim": 9, "audioconfig": { "widht": 3 } }""", "widht")]
    [InlineData("""{ "embed_dim": 9, "audioconfig": {}, "gama": 3 }""", "gama")]
    [InlineData("""{ "embed_dim": "nine", "audioconfig": {} }""", "wrong kind")]
    [InlineData("""{ "embed_dim": 9, "audioconfig": { "ln_pre": 1 } }""", "wrong kind")]
    [InlineData("""{ "embed_dim": 9, "audioconfig": {}, "clamp_range": [1] }""", "clamp_range")]
    [InlineData("""[]""", "wrong kind")]
    public void ToOptions_RefusesABrokenConfiguration(string json, string named) =>
        Assert.Contains(named, Assert.Throws<InvalidDataException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "embed_dim": 9, "audioconfig": {}, "logit_laplace": true }""", "logit_laplace")]
    [InlineData("""{ "embed_dim": 8, "audioconfig": {}, "n_embed": 64, "dim_ffn_output": 64 }""", "Vector quantization is not supported")]
    [InlineData("""{ "embed_dim": 9, "audioconfig": { "act_layer": "relu" } }""", "act_layer")]
    [InlineData("""{ "embed_dim": 9, "audioconfig": { "mask_type": "window" } }""", "window")]
    [InlineData("""{ "embed_dim": 9, "audioconfig": { "mask_type": "block-causal", "mask_block_size": 3 } }""", "mask_block_size")]
    [InlineData("""{ "embed_dim": 9, "audioconfig": {}, "daudioconfig": { "input_length": 512 } }""", "must agree")]
    [InlineData("""{ "embed_dim": 9, "audioconfig": {}, "persample_entropy_compute": "none" }""", "persample_entropy_compute")]
    public void ToOptions_NamesWhatIsNotSupported(string json, string named) =>
        Assert.Contains(named, Assert.Throws<NotSupportedException>(() => Read(json)).Message, StringComparison.Ordinal);

    private static AudioBsqOptions Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return ReferenceConfigurationReader.ToOptions(document.RootElement);
    }
}
