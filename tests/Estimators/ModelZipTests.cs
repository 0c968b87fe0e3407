using System.IO.Compression;
using AudioBsq.MLNet;
using AudioBsq.Tests.Featurizers;
using AudioBsq.Tests.Featurizers.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary><c>mlContext.Model.Save</c> and <c>Load</c>: same tokens, weights stored once and shared again.</summary>
public sealed class ModelZipTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly AudioBsqModel _model = MelData.Model();
    private readonly List<MelRow> _rows = MelData.Rows(6, MelData.Lengths);

    public void Dispose() => _model.Dispose();

    [Fact, NoTensorLeaks]
    public void Tokenizer_LoadsAsItWas()
    {
        using var tokenizer = _ml.Tokenizer(_model, batchSize: 3);

        using var loaded = Assert.IsType<AudioTokenizerTransformer>(Load(Save(tokenizer)));

        Assert.Equal(("Mel", "Tokens"), (loaded.InputColumnName, loaded.OutputColumnName));
        Assert.Equal(_model.Options, loaded.Model.Options);
        Assert.Equal(_model.Mel, loaded.Model.Mel);
        Assert.NotSame(_model, loaded.Model);
        MelData.AssertTokens(_model, _rows, _ml.Tokens(loaded.Transform(_ml.View(_rows))));
        Assert.Equal(Save(tokenizer, "Model.safetensors"), Save(loaded, "Model.safetensors"));
    }

    [Fact, Trait("Speed", "Slow")]
    public void Chain_GivesTheSameTokens_InThisAndInAFreshProcess()
    {
        using var model = TokenizerChain.Model();
        using var clips = new Clips(4);
        var data = _ml.Data.LoadAudioFolder(clips.Folder);
        var chain = TokenizerChain.Encoding(_ml, model, data);
        string path = Path.Combine(clips.Folder, "chain.zip");
        _ml.Model.Save(chain, data.Schema, path);
        string[] files = Directory.GetFiles(clips.Folder, "*.wav");
        string[] expected = [.. FreshTokens.Lines(_ml, chain, files)];

        var loaded = new MLContext().Model.Load(path, out _);

        Assert.Equal(4, expected.Distinct().Count());
        Assert.Equal(expected, FreshTokens.Lines(_ml, loaded, files));
        Assert.Equal(string.Join('\n', expected), FreshProcess.Run(path, clips.Folder, "tokens").ReplaceLineEndings("\n"));
        loaded.DisposeAll();
        chain.DisposeAll();
    }

    [Fact]
    public void WholeChain_StoresItsWeightsOnce_AndSharesThemAgain()
    {
        using var model = TokenizerChain.Model();
        using var clips = new Clips(3);
        var data = _ml.Data.LoadAudioFolder(clips.Folder);
        var chain = TokenizerChain.Whole(_ml, model, data);
        byte[] file = Save(chain, data.Schema), encodingOnly = Save(TokenizerChain.Encoding(_ml, model, data), data.Schema);

        var loaded = (TransformerChain<ITransformer>)Load(file);

        var entry = Assert.Single(Entries(file), entry => entry.Name.EndsWith("Model.safetensors", StringComparison.Ordinal));
        Assert.InRange(entry.Length, 4 * Numbers(ModelParts.All), 4 * Numbers(ModelParts.All) + 16_000);
        Assert.InRange(file.Length, encodingOnly.Length, encodingOnly.Length + 8_000);
        var tokenizer = loaded.OfType<AudioTokenizerTransformer>().Single();
        var reconstructor = loaded.OfType<AudioReconstructionTransformer>().Single();
        Assert.Same(tokenizer.Model, reconstructor.Model);
        Assert.Equal(Waveforms(chain.Transform(data)), Waveforms(loaded.Transform(data)));
        Assert.Equal([800, 1600, 2400], Waveforms(loaded.Transform(data)).Select(waveform => waveform.Length));
        Assert.Equal(16_000, AudioColumn.TryGetSampleRate(loaded.GetOutputSchema(data.Schema)["Synthesized"]));
        loaded.DisposeAll();
        chain.DisposeAll();
    }

    [Fact, NoTensorLeaks]
    public void Reconstructor_Alone_IsTheDecoderHalf()
    {
        using var tokenizer = _ml.Tokenizer(_model);
        using var reconstructor = tokenizer.CreateReconstructor("Reconstructed", frameCountColumnName: "Frames");
        var tokens = tokenizer.Transform(_ml.View(_rows));

        byte[] file = Save(reconstructor, tokens.Schema);
        using var loaded = Assert.IsType<AudioReconstructionTransformer>(Load(file));

        var entry = Assert.Single(Entries(file), entry => entry.Name.EndsWith("Model.safetensors", StringComparison.Ordinal));
        Assert.InRange(entry.Length, 4 * Numbers(ModelParts.Decoder), 4 * Numbers(ModelParts.Decoder) + 16_000);
        Assert.Equal(("Tokens", "Reconstructed"), (loaded.InputColumnName, loaded.OutputColumnName));
        var found = _ml.Tokens(loaded.Transform(tokens));
        Assert.Equal(_ml.Tokens(reconstructor.Transform(tokens)).Select(row => row.Reconstructed), found.Select(row => row.Reconstructed));
        Assert.Equal(_rows.Select(row => row.Mel.Length), found.Select(row => row.Reconstructed.Length));
        Assert.Equal(_model.Decode(_model.Encode(_rows[3].Mel))[..(100 * 16)], found[3].Reconstructed);
        Assert.Equal(Save(reconstructor, tokens.Schema, "Model.safetensors"), Save(loaded, tokens.Schema, "Model.safetensors"));
    }

    [Fact, NoTensorLeaks]
    public void DecoderHalf_RefusesToEncode()
    {
        using var tokenizer = _ml.Tokenizer(_model);
        using var reconstructor = tokenizer.CreateReconstructor("Reconstructed");
        using var loaded = (AudioReconstructionTransformer)Load(Save(reconstructor, tokenizer.GetOutputSchema(_ml.View(_rows).Schema)));

        var encode = Assert.Throws<NotSupportedException>(() => loaded.Model.Encode(_rows[0].Mel));
        var tokenize = Assert.Throws<NotSupportedException>(() => _ml.Transforms.TokenizeAudio("Tokens", "Mel", loaded.Model));

        Assert.Contains("cannot encode", encode.Message);
        Assert.Contains("without its encoder", tokenize.Message);
    }

    [Fact, NoTensorLeaks] // the reconstructor is written first, as a half; the tokenizer must not be led to it
    public void ReconstructorBeforeItsTokenizer_BothLoad()
    {
        using var tokenizer = _ml.Tokenizer(_model);
        using var reconstructor = tokenizer.CreateReconstructor("Reconstructed");
        using var second = tokenizer.CreateReconstructor("Second", "Again");
        var tokens = tokenizer.Transform(_ml.View(_rows));
        using var again = _ml.Transforms.TokenizeAudio("Again", "Reconstructed", _model).Fit(reconstructor.Transform(tokens));
        var chain = new TransformerChain<ITransformer>(reconstructor, again, second);

        byte[] file = Save(chain, tokens.Schema);
        var loaded = (TransformerChain<ITransformer>)Load(file);

        Assert.Equal(2, Entries(file).Count(entry => entry.Name.EndsWith("Model.safetensors", StringComparison.Ordinal)));
        Assert.Equal(chain.Transform(tokens).GetColumn<float[]>("Second"), loaded.Transform(tokens).GetColumn<float[]>("Second"));
        Assert.Same(((AudioTokenizerTransformer)loaded.ElementAt(1)).Model, ((AudioReconstructionTransformer)loaded.Last()).Model);
        loaded.DisposeAll();
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void TokenizersOfOneModel_ShareItsWeights()
    {
        using var one = _ml.Tokenizer(_model);
        using var other = _ml.Transforms.TokenizeAudio("Others", "Mel", _model).Fit(_ml.View(_rows));

        byte[] file = Save(new TransformerChain<ITransformer>(one, other));

        Assert.Single(Entries(file), entry => entry.Name.EndsWith("Model.safetensors", StringComparison.Ordinal));
    }

    [Fact]
    public void TokensToBits_LoadAsTheyWere()
    {
        using var tokenizer = _ml.Tokenizer(_model);
        var tokens = tokenizer.Transform(_ml.View(_rows));
        var bits = _ml.Transforms.MapTokensToBits("Bits", "Tokens").Fit(tokens);

        var loaded = Load(Save(bits, tokens.Schema));

        Assert.Equal(bits.Transform(tokens).GetColumn<float[]>("Bits"), loaded.Transform(tokens).GetColumn<float[]>("Bits"));
        Assert.Equal(
            _model.Encode(_rows[0].Mel).SelectMany(token => Enumerable.Range(0, 9).Select(i => (float)(token >> (8 - i) & 1))),
            loaded.Transform(tokens).GetColumn<float[]>("Bits").First());
    }

    private byte[] Save(ITransformer model, DataViewSchema? schema = null)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, schema ?? _ml.View(_rows).Schema, stream);
        return stream.ToArray();
    }

    /// <summary>One entry of what is saved.</summary>
    private byte[] Save(ITransformer model, string entry) => Save(model, null, entry);

    private byte[] Save(ITransformer model, DataViewSchema? schema, string entry)
    {
        using var zip = new ZipArchive(new MemoryStream(Save(model, schema)));
        using var stream = zip.Entries.Single(e => e.FullName.EndsWith(entry, StringComparison.Ordinal)).Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    private long Numbers(ModelParts parts) => (long)AudioBsq.Persistence.NetworkLayout.Parameters(_model.Options, parts);

    private static ITransformer Load(byte[] file) => new MLContext().Model.Load(new MemoryStream(file), out _);

    private static List<(string Name, long Length)> Entries(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        return [.. zip.Entries.Select(entry => (entry.FullName, entry.Length))];
    }

    private static List<float[]> Waveforms(IDataView data) => [.. data.GetColumn<float[]>("Synthesized")];
}
