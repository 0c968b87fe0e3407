using System.Runtime.InteropServices;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Reference;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Networks;
using static AudioBsq.Tests.Model.Persistence.WeightFiles;

namespace AudioBsq.Tests.Model.Reference;

/// <summary>Weights of the published Python version through the public API.</summary>
[NoTensorLeaks]
public class ReferenceWeightsTests
{
    private static ReferenceCheckpoint OnCpu(AudioBsqOptions options) => new(options) { Device = "cpu" };

    [Theory, MemberData(nameof(GoldenModelTests.Cases), MemberType = typeof(GoldenModelTests))]
    public void Import_GivesTheReferencesTokens(string path)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var golden = new GoldenModel(path);
        var options = ReferenceCheckpoint.ReadConfiguration(golden.Config.GetRawText());
        using var model = AudioBsqModel.ImportReference(WeightsOf(path), OnCpu(options));
        float[] input = golden["input"].data<float>().ToArray();
        int clip = model.Options.WindowFrames * model.Options.Bands;

        var clips = Enumerable.Range(0, input.Length / clip).Select(i => (ReadOnlyMemory<float>)input.AsMemory(i * clip, clip));
        int[][] tokens = model.Encode([.. clips]);
        float[][] reconstructed = model.Decode([.. tokens.Select(clip => (ReadOnlyMemory<int>)clip)]);

        string indices = golden.Names.Contains("eval.indices_exact") ? "eval.indices_exact" : "eval.indices";
        string expected = model.Options.TokensPerPosition > 1 ? "eval.group_indices" : indices;
        Assert.Equal(golden[expected].data<long>().ToArray(), tokens.SelectMany(clip => clip).Select(token => (long)token));
        var found = TorchSharp.torch.tensor(reconstructed.SelectMany(level => level).ToArray());
        golden.Near("eval.recon", found.reshape(golden["eval.recon"].shape), 2e-5);
        Assert.Equal(MelOptions.Reference with { Bands = model.Options.Bands }, model.Mel);
        Assert.Equal(Compatibility.Reference, model.Options.Compatibility);
    }

    [Theory, MemberData(nameof(GoldenModelTests.Cases), MemberType = typeof(GoldenModelTests))]
    public void Export_ThenImport_ThenExport_IsTheSameFile(string path)
    {
        var options = ReferenceCheckpoint.ReadConfiguration(new GoldenModel(path).Config.GetRawText());
        string folder = TestData.NewFolder();
        string first = Path.Combine(folder, "first.safetensors"), second = Path.Combine(folder, "second.safetensors");

        using (var model = AudioBsqModel.ImportReference(WeightsOf(path), OnCpu(options))) model.ExportReference(first);
        var again = ReferenceCheckpoint.ReadConfiguration(ReferenceCheckpoint.WriteConfiguration(options));
        using (var model = AudioBsqModel.ImportReference(first, OnCpu(again))) model.ExportReference(second);

        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        var (given, written) = (SafetensorsReader.ReadFile(WeightsOf(path)), SafetensorsReader.ReadFile(first));
        Assert.Equal(given.Keys.Order(StringComparer.Ordinal), written.Keys.Order(StringComparer.Ordinal));
        Assert.All(given.Values, tensor => Assert.Equal(tensor.Data, written[tensor.Name].Data));
        Directory.Delete(folder, recursive: true);
    }

    [Fact] // Python reads a tensor in place only if it begins at a multiple of its values' size
    public void Export_PutsIntegersFirst()
    {
        var types = Tensors().Select(tensor => tensor.Type).ToList();

        Assert.Equal(types.OrderBy(type => type == SafetensorsType.F32), types);
        Assert.Contains(SafetensorsType.I64, types);
    }

    [Fact]
    public void Import_NamesEverythingThatDoesNotFit()
    {
        var tensors = Tensors();
        tensors.RemoveAll(tensor =>
            tensor.Name.EndsWith("ln_1.weight", StringComparison.Ordinal) || tensor.Name == "decoder.conv_out.bias");
        tensors.Add(SafetensorsTensor.Of("optimizer.step", [3L], 1));
        tensors.Add(SafetensorsTensor.Of("decoder.transformer.resblocks.2.ln_1.weight", new float[16], 16));
        Replace(tensors, "quant_embed.bias", SafetensorsTensor.Of("quant_embed.bias", new float[7], 7));
        Replace(tensors, "encoder.ln_pre.bias", SafetensorsTensor.Of("encoder.ln_pre.bias", new long[16], 16));

        string message = Refusal(tensors);

        Assert.Equal("""
            weights.safetensors does not hold the weights of this network.
            5 missing:
              encoder.transformer.resblocks.{0-1}.ln_1.weight (16);
              decoder.transformer.resblocks.{0-1}.ln_1.weight (16);
              decoder.conv_out.bias (8).
            2 not expected:
              optimizer.step (1);
              decoder.transformer.resblocks.2.ln_1.weight (16).
            1 of another shape:
              quant_embed.bias (7), not (6).
            1 of another type:
              encoder.ln_pre.bias of I64, not F32.
            """.ReplaceLineEndings("\n"), message);
    }

    [Fact]
    public void Import_IgnoresUnexpectedTensors_IfNotStrict_ButNoMissingOnes()
    {
        var tensors = Tensors();
        byte[] whole = Bytes(tensors);
        tensors.Insert(3, SafetensorsTensor.Of("loss.logvar", [0f], 1));

        using (var model = Import(tensors, new(Options) { Strict = false })) Assert.Equal(whole, Export(model));
        Assert.Contains("1 not expected:\n  loss.logvar (1).", Refusal(tensors));
        tensors.RemoveAll(tensor => tensor.Name == "post_quant_embed.bias");
        Assert.EndsWith("network.\n1 missing:\n  post_quant_embed.bias (16).", Refusal(tensors, new(Options) { Strict = false }));
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("state_dict.")]
    [InlineData("ema_state_dict.module.")]
    [InlineData("module._orig_mod.")]
    public void Import_FindsThePrefix(string prefix)
    {
        var tensors = Tensors();
        var prefixed = tensors.Select(tensor => tensor with { Name = prefix + tensor.Name }).ToList();

        using var found = Import(prefixed);
        using var named = Import(prefixed, new(Options) { Prefix = prefix });

        Assert.Equal(Bytes(tensors), Export(found));
        Assert.Equal(Bytes(tensors), Export(named));
        Assert.Contains("missing:\n  other.encoder", Refusal(prefixed, new(Options) { Prefix = "other." }));
        prefixed.RemoveAll(tensor => tensor.Name.EndsWith("quant_embed.bias", StringComparison.Ordinal));
        Assert.Contains($"2 missing:\n  {prefix}quant_embed.bias (6);\n  {prefix}post_quant_embed.bias (16).", Refusal(prefixed));
    }

    [Fact]
    public void Import_RefusesToChooseBetweenSets()
    {
        var (trained, averaged) = (Tensors(1), Tensors(2));
        List<SafetensorsTensor> both = [.. Under("state_dict.", trained), .. Under("ema_state_dict.module.", averaged)];

        Assert.Contains("2 sets of weights, whose names begin with 'state_dict.' and 'ema_state_dict.module.'", Refusal(both));
        Assert.Contains("not expected", Refusal(both, new(Options) { Prefix = "state_dict." }));
        using var model = Import(both, new(Options) { Prefix = "ema_state_dict.module.", Strict = false });
        Assert.Equal(Bytes(averaged), Export(model));

        static IEnumerable<SafetensorsTensor> Under(string prefix, List<SafetensorsTensor> tensors) =>
            tensors.Select(tensor => tensor with { Name = prefix + tensor.Name });
    }

    [Theory]
    [InlineData("F16")]
    [InlineData("BF16")]
    [InlineData("F64")]
    public void Import_ConvertsToSinglePrecision(string name)
    {
        var type = Enum.Parse<SafetensorsType>(name);
        var tensors = Tensors();

        using var model = Import(tensors.Select(tensor => tensor.Type == SafetensorsType.F32 ? Convert(tensor, type) : tensor));

        Func<float, float> rounded = type switch
        {
            SafetensorsType.F16 => x => (float)(Half)x,
            SafetensorsType.BF16 => x => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(x) >> 16 << 16),
            _ => x => x,
        };
        SafetensorsTensor Rounded(SafetensorsTensor tensor) =>
            SafetensorsTensor.Of(tensor.Name, Array.ConvertAll(tensor.ToSingles(), x => rounded(x)), [.. tensor.Shape]);
        var expected = tensors.Select(tensor => tensor.Type == SafetensorsType.F32 ? Rounded(tensor) : tensor);
        Assert.Equal(Bytes(expected), Export(model));
    }

    [Fact]
    public void Import_RefusesValuesThatAreNotFinite()
    {
        foreach (float wrong in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var tensors = Tensors();
            float[] values = new float[6];
            values[4] = wrong;
            Replace(tensors, "quant_embed.bias", SafetensorsTensor.Of("quant_embed.bias", values, 6));
            Assert.Contains("'quant_embed.bias'", Refusal(tensors));
        }

        var large = Tensors();
        byte[] data = MemoryMarshal.AsBytes<double>([0, 0, 1e300, 0, 0, 0]).ToArray();
        Replace(large, "quant_embed.bias", new("quant_embed.bias", SafetensorsType.F64, [6], data));
        Assert.Contains("'quant_embed.bias'", Refusal(large));
    }

    [Fact]
    public void Import_RefusesABasisOfOtherBits()
    {
        var tensors = Tensors();
        Replace(tensors, "quantize.basis", SafetensorsTensor.Of("quantize.basis", [1L, 2, 4, 8, 16, 32], 6)); // lowest bit first
        Assert.Contains("'quantize.basis' as 1, 2, 4, 8, 16, 32; for this number of bits it is 32, 16, 8, 4, 2, 1.", Refusal(tensors));

        Replace(tensors, "quantize.basis", SafetensorsTensor.Of("quantize.basis", [16L, 8, 4, 2, 1], 5));
        Assert.Contains("quantize.basis (5), not (6)", Refusal(tensors));
        Replace(tensors, "quantize.basis", SafetensorsTensor.Of("quantize.basis", [32f, 16, 8, 4, 2, 1], 6));
        Assert.Contains("quantize.basis of F32, not I64", Refusal(tensors));
    }

    [Fact] // the commonest mistake: a configuration with another number of blocks
    public void Import_WithAnotherConfiguration_NamesAllBlocks()
    {
        string folder = TestData.NewFolder(), path = Path.Combine(folder, "weights.safetensors");
        File.WriteAllBytes(path, Bytes(Tensors()));

        var deep = Options with { Encoder = Options.Encoder with { Layers = 600, Width = 4000, Heads = 4 }, Decoder = Options.Encoder };
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<InvalidDataException>(() => AudioBsqModel.ImportReference(path, OnCpu(deep))).Message;

        Assert.Contains("encoder.transformer.resblocks.{2-599}.attn.in_proj_weight (12000, 4000);", message);
        Assert.Contains("encoder.transformer.resblocks.{0-1}.attn.in_proj_weight (48, 16), not (12000, 4000);", message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000); // such a network would take 460 GB
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Import_TellsHowToConvertACheckpoint()
    {
        string folder = TestData.NewFolder(), path = Path.Combine(folder, "checkpoint_0000999.pth");
        File.WriteAllBytes(path, [.. "PK\u0003\u0004"u8, .. new byte[100]]); // what torch.save writes is a zip

        var error = Assert.Throws<InvalidDataException>(() => AudioBsqModel.ImportReference(path, OnCpu(Options)));
        Assert.Contains("docs/import.md", error.Message);
        var wrongBands = OnCpu(Options) with { Mel = new() { Bands = 80 } };
        Assert.Throws<ArgumentOutOfRangeException>(() => AudioBsqModel.ImportReference(path, wrongBands));
        Assert.Throws<FileNotFoundException>(() => AudioBsqModel.ImportReference(path + "x", OnCpu(Options)));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Import_UsesTheGivenCompatibility()
    {
        using var model = Import(Tensors(), new(Options) { Compatibility = Compatibility.Corrected });

        Assert.Equal(Compatibility.Corrected with { LearnedPositions = true }, model.Options.Compatibility);
    }

    [Theory]
    [InlineData("LearnedPositions", false, AttentionMask.None)]
    [InlineData("UnscaledInput", false, AttentionMask.None)]
    [InlineData("RasterConvolution", true, AttentionMask.None)]
    [InlineData("LeakyCausalConvolution", true, AttentionMask.Causal)]
    [InlineData("AdditiveBlockCausalMask", false, AttentionMask.BlockCausal)]
    public void Export_RefusesWhatThePythonVersionWouldComputeOtherwise(string flag, bool conv, AttentionMask mask)
    {
        var corrected = flag switch
        {
            "LearnedPositions" => Compatibility.Reference with { LearnedPositions = false },
            "UnscaledInput" => Compatibility.Reference with { UnscaledInput = false },
            "RasterConvolution" => Compatibility.Reference with { RasterConvolution = false },
            "LeakyCausalConvolution" => Compatibility.Reference with { LeakyCausalConvolution = false },
            _ => Compatibility.Reference with { AdditiveBlockCausalMask = false },
        };
        string folder = TestData.NewFolder(), path = Path.Combine(folder, "weights.safetensors");
        AudioBsqModel Create(Compatibility compatibility) =>
            AudioBsqModel.Create(TinyNetworks.With(conv, mask, compatibility), new() { Bands = 12 }, device: "cpu");
        using var refused = Create(corrected);
        using var published = Create(Compatibility.Reference);

        var error = Assert.Throws<NotSupportedException>(() => refused.ExportReference(path));
        Assert.Contains($"without Compatibility.{flag}.", error.Message);
        Assert.False(File.Exists(path)); // a file that is there already is not lost either
        published.ExportReference(path);
        Assert.True(File.Exists(path));
        Directory.Delete(folder, recursive: true);
    }

    private static string WeightsOf(string golden) => Path.ChangeExtension(golden, "weights.safetensors");

    private static void Replace(List<SafetensorsTensor> tensors, string name, SafetensorsTensor by) =>
        tensors[tensors.FindIndex(tensor => tensor.Name == name)] = by;

    private static SafetensorsTensor Convert(SafetensorsTensor tensor, SafetensorsType type)
    {
        float[] values = tensor.ToSingles();
        byte[] data = type switch
        {
            SafetensorsType.F16 => MemoryMarshal.AsBytes(Array.ConvertAll(values, x => (Half)x).AsSpan()).ToArray(),
            SafetensorsType.BF16 => MemoryMarshal.AsBytes(
                Array.ConvertAll(values, x => (ushort)(BitConverter.SingleToUInt32Bits(x) >> 16)).AsSpan()).ToArray(),
            _ => MemoryMarshal.AsBytes(Array.ConvertAll(values, x => (double)x).AsSpan()).ToArray(),
        };
        return new(tensor.Name, type, tensor.Shape, data);
    }
}
