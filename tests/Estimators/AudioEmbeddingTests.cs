using System.IO.Compression;
using System.Text;
using AudioBsq.MLNet;
using AudioBsq.Persistence;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>Columns of embeddings: what is in them, and that they load as they were saved.</summary>
[NoTensorLeaks]
public sealed class AudioEmbeddingTests : IDisposable
{
    private static readonly EmbeddingOptions Options = new() { Parts = 3, PerRow = true };

    private readonly MLContext _ml = new(seed: 1);
    private readonly AudioBsqModel _model = MelData.Model();
    private readonly List<MelRow> _rows = MelData.Rows(6, MelData.Lengths);

    public void Dispose() => _model.Dispose();

    [Theory, InlineData(1), InlineData(4), InlineData(64)]
    public void Embeddings_AreTheModels_AtAnyBatchSize(int batchSize)
    {
        var estimator = _ml.Transforms.ExtractAudioEmbedding("Features", "Mel", _model, Options, batchSize);
        using var transformer = estimator.Fit(_ml.View(_rows));

        var output = transformer.Transform(_ml.View(_rows));

        AssertEmbeddings(output, Options);
        var type = Assert.IsType<VectorDataViewType>(output.Schema["Features"].Type);
        Assert.Equal((3 * 2 * 2 * 32, NumberDataViewType.Single), (type.Size, type.ItemType));
    }

    [Fact]
    public void Embeddings_OfATokenizer_ShareItsWeightsAndItsMelColumn()
    {
        var tokenizer = _ml.Tokenizer(_model);
        using var transformer = _ml.Transforms.ExtractAudioEmbedding("Features", null, tokenizer).Fit(_ml.View(_rows));
        tokenizer.Dispose();

        Assert.Same(_model, transformer.Model);
        AssertEmbeddings(transformer.Transform(_ml.View(_rows)), new EmbeddingOptions());
    }

    [Fact]
    public void Slots_HaveNames()
    {
        using var transformer = _ml.Transforms.ExtractAudioEmbedding("Features", "Mel", _model, Options).Fit(_ml.View(_rows));

        VBuffer<ReadOnlyMemory<char>> names = default;
        transformer.Transform(_ml.View(_rows)).Schema["Features"].GetSlotNames(ref names);

        string[] all = [.. names.DenseValues().Select(name => name.ToString())];
        Assert.Equal(3 * 2 * 2 * 32, all.Distinct().Count());
        Assert.Equal("part 1 row 1 mean 0", all[0]);
        Assert.Equal("part 2 row 1 deviation 31", all[128 + 63]);
        Assert.Equal("part 3 row 2 deviation 31", all[^1]);
    }

    [Fact]
    public void Transformer_Alone_IsSavedAsTheEncoderHalf()
    {
        using var transformer = _ml.Transforms.ExtractAudioEmbedding("Features", "Mel", _model, Options, batchSize: 5)
            .Fit(_ml.View(_rows));
        byte[] file = Save(transformer);

        using var loaded = Assert.IsType<AudioEmbeddingTransformer>(Load(file));

        long size = 4 * (long)NetworkLayout.Parameters(_model.Options, ModelParts.Encoder);
        Assert.InRange(Assert.Single(Weights(file)), size, size + 16_000);
        AssertEmbeddings(loaded.Transform(_ml.View(_rows)), Options);
        Assert.Equal(_model.Encode(_rows[3].Mel), loaded.Model.Encode(_rows[3].Mel));
        Assert.Contains("cannot decode", Assert.Throws<NotSupportedException>(() => loaded.Model.Decode(new int[2])).Message);
        Assert.Equal(file.Length, Save(loaded).Length);
    }

    [Fact]
    public void Transformer_BehindItsTokenizer_SharesTheWeightsAgain()
    {
        using var tokenizer = _ml.Tokenizer(_model);
        using var transformer = _ml.Transforms.ExtractAudioEmbedding("Features", null, tokenizer, Options).Fit(_ml.View(_rows));
        byte[] file = Save(new TransformerChain<ITransformer>(tokenizer, transformer));

        var loaded = (TransformerChain<ITransformer>)Load(file);

        Assert.Single(Weights(file));
        Assert.Same(((AudioTokenizerTransformer)loaded.First()).Model, ((AudioEmbeddingTransformer)loaded.Last()).Model);
        AssertEmbeddings(loaded.Transform(_ml.View(_rows)), Options);
        loaded.DisposeAll();
    }

    [Fact] // halves of one model in one file must not be taken for each other
    public void Transformer_BehindAReconstructor_HasItsOwnHalf()
    {
        using var tokenizer = _ml.Tokenizer(_model);
        using var reconstructor = tokenizer.CreateReconstructor("Reconstructed");
        var tokens = tokenizer.Transform(_ml.View(_rows));
        using var transformer = _ml.Transforms.ExtractAudioEmbedding("Features", "Reconstructed", _model)
            .Fit(reconstructor.Transform(tokens));
        var chain = new TransformerChain<ITransformer>(reconstructor, transformer);
        byte[] file = Save(chain, tokens.Schema);

        var loaded = Load(file);

        Assert.Equal(2, Weights(file).Count);
        Assert.Equal(chain.Transform(tokens).GetColumn<float[]>("Features"), loaded.Transform(tokens).GetColumn<float[]>("Features"));
        loaded.DisposeAll();
    }

    [Fact]
    public void Load_Fails_WhenTheModelHasNoSuchLayer()
    {
        using var transformer = _ml.Transforms.ExtractAudioEmbedding("Features", "Mel", _model, new EmbeddingOptions { Layer = 1 })
            .Fit(_ml.View(_rows));
        byte[] file = Changed(Save(transformer), "\"Layer\":1", "\"Layer\":7");

        var error = Assert.ThrowsAny<Exception>(() => Load(file)).GetBaseException();

        Assert.Contains("Layer must be at most the 1 layers", error.Message);
    }

    [Fact]
    public void WhatDoesNotFit_IsNamed_WhenTheEstimatorIsMade()
    {
        using var decoder = LatentsDecoder();

        Assert.Contains("Layer", Wrong(new EmbeddingOptions { Layer = 2 }, 16));
        Assert.Contains("Parts", Wrong(new EmbeddingOptions { Parts = 0 }, 16));
        Assert.Contains("BatchSize", Wrong(new EmbeddingOptions(), 0));
        Assert.Contains(
            "without its encoder",
            Assert.Throws<NotSupportedException>(() => _ml.Transforms.ExtractAudioEmbedding("Features", "Mel", decoder)).Message);
        Assert.Contains(
            "'Missing'",
            Assert.ThrowsAny<ArgumentException>(
                () => _ml.Transforms.ExtractAudioEmbedding("Features", "Missing", _model).Fit(_ml.View(_rows))).Message);

        string Wrong(EmbeddingOptions options, int batchSize) => Assert.ThrowsAny<ArgumentException>(
            () => _ml.Transforms.ExtractAudioEmbedding("Features", "Mel", _model, options, batchSize)).Message;
    }

    [Fact]
    public void RowThatIsNoSpectrogram_IsNamed()
    {
        _rows[2].Mel = new float[17];
        using var transformer = _ml.Transforms.ExtractAudioEmbedding("Features", "Mel", _model).Fit(_ml.View(_rows));

        var output = transformer.Transform(_ml.View(_rows));
        var error = Assert.Throws<InvalidDataException>(() => output.GetColumn<float[]>("Features").Count());

        Assert.StartsWith("Row 2 of column 'Mel' has 17 numbers", error.Message);
    }

    private static AudioBsqModel LatentsDecoder() => Model.Inference.LatentsTests.DecoderOnly();

    private void AssertEmbeddings(IDataView output, EmbeddingOptions options)
    {
        var found = output.GetColumn<float[]>("Features").ToList();
        Assert.Equal(_rows.Count, found.Count);
        foreach (var (row, embedding) in _rows.Zip(found)) Close.To(_model.Embed(row.Mel, options), embedding, 1e-4, row.Name);
    }

    private byte[] Save(ITransformer transformer, DataViewSchema? schema = null)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(transformer, schema ?? _ml.View(_rows).Schema, stream);
        return stream.ToArray();
    }

    private static ITransformer Load(byte[] file) => new MLContext().Model.Load(new MemoryStream(file), out _);

    private static List<long> Weights(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        return [.. zip.Entries.Where(entry => entry.Name == "Model.safetensors").Select(entry => entry.Length)];
    }

    // Puts a text of the same length into the header entry.
    private static byte[] Changed(byte[] file, string from, string to)
    {
        using var stream = new MemoryStream();
        stream.Write(file);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            using var entry = zip.Entries.Single(e => e.Name == "Model.key").Open();
            byte[] content = new byte[entry.Length];
            entry.ReadExactly(content);
            int at = content.AsSpan().IndexOf(Encoding.Unicode.GetBytes(from));
            Encoding.Unicode.GetBytes(to).CopyTo(content, at);
            entry.Position = 0;
            entry.Write(content);
        }

        return stream.ToArray();
    }
}
