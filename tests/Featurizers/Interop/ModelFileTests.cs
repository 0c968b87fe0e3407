using System.IO.Compression;
using System.Text;
using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Interop;

[WithoutTorch]
public class ModelFileTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void SaveAndLoad_KeepOptionsNamesAndPayload()
    {
        var loaded = (ToyTransformer)Load(Save(_ml.Toy(batchSize: 7, maxCursors: 2, factor: 3)));

        Assert.Equal(new ToyOptions { BatchSize = 7, MaxCursors = 2 }, loaded.Options);
        Assert.Equal(3, loaded.Payload.Factor);
        Assert.Equal(303, loaded.Transform(_ml.View(2)).GetColumn<float[]>("Y").Last()[0]);
    }

    [Fact]
    public void SharedPayload_IsStoredOnceAndSharedAgainAfterLoading()
    {
        var payload = new SharedResource<ToyPayload>(new(2));
        var chain = new TransformerChain<ITransformer>(
            new ToyTransformer(_ml, payload, "A", "X", new()),
            _ml.Toy(factor: 5, input: "A", output: "B"),
            new ToyTransformer(_ml, payload, "C", "B", new()));

        byte[] file = Save(chain);
        var loaded = ((TransformerChain<ITransformer>)Load(file)).Cast<ToyTransformer>().ToArray();

        Assert.Equal(2, Entries(file).Count(name => name.EndsWith("Payload.bin", StringComparison.Ordinal)));
        Assert.Same(loaded[0].Payload, loaded[2].Payload);
        Assert.NotSame(loaded[0].Payload, loaded[1].Payload);
        Assert.Equal(5, loaded[1].Payload.Factor);
        Assert.Equal(2000, new TransformerChain<ITransformer>(loaded).Transform(_ml.View(1)).GetColumn<float[]>("C").Single()[0]);
    }

    [Fact]
    public void SharedPayload_BelongsToOneSaveAndOneLoad()
    {
        var payload = new SharedResource<ToyPayload>(new(2));
        var toy = new ToyTransformer(_ml, payload, "A", "X", new());
        byte[] first = Save(toy), second = Save(toy);

        var (one, other) = ((ToyTransformer)Load(first), (ToyTransformer)Load(second));

        Assert.Contains(Entries(second), name => name.EndsWith("Payload.bin", StringComparison.Ordinal));
        Assert.NotSame(one.Payload, other.Payload);
    }

    [Fact]
    public void SharedPayload_IsDisposedWithItsLastOwner()
    {
        var payload = new SharedResource<ToyPayload>(new(2));
        var (a, b) = (new ToyTransformer(_ml, payload, "A", "X", new()), new ToyTransformer(_ml, payload, "B", "X", new()));
        var inside = a.Payload;

        a.Dispose();
        a.Dispose();
        Assert.False(inside.Disposed);
        Assert.Equal(200, b.Transform(_ml.View(1)).GetColumn<float[]>("B").Single()[0]);
        b.Dispose();

        Assert.True(inside.Disposed);
        Assert.Throws<ObjectDisposedException>(() => payload.Acquire());
        Assert.Throws<ObjectDisposedException>(() => b.Payload);
    }

    [Theory]
    [InlineData("\"BatchSize\":7", "\"BatchSize\":0", "must be positive")]
    [InlineData("\"BatchSize\":7", "\"BatchSiz_\":7", "BatchSiz_")]
    [InlineData("\"BatchSize\":7", "\"BatchSize\":x", "ToyOptions")]
    [InlineData("\"BatchSize\":7", "\"BatchSize\":\"", "ToyOptions")]
    public void DamagedOptions_AreInvalidData(string original, string damage, string expected)
    {
        byte[] file = Damage(
            Save(_ml.Toy(batchSize: 7)), Encoding.Unicode.GetBytes(original), Encoding.Unicode.GetBytes(damage.PadRight(original.Length)));

        var error = InvalidData(() => Load(file));

        Assert.Contains(expected, error.Message);
        Assert.Contains(ToyTransformer.Loader, error.Message);
    }

    [Fact]
    public void MissingEntry_IsInvalidData()
    {
        byte[] file = Save(_ml.Toy());
        using var stream = new MemoryStream();
        stream.Write(file);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            zip.Entries.Single(entry => entry.Name == "Payload.bin").Delete();
        }

        var error = InvalidData(() => Load(stream.ToArray()));

        Assert.Contains("Payload.bin' is missing", error.Message);
    }

    [Theory]
    [InlineData("TransformerChain/Transform_009/Payload.bin", "is missing")]
    [InlineData("../../../../../../etc/passwd", "is no entry")]
    [InlineData("/nsformerChain/Transform_000/Payload.bin", "is no entry")]
    [InlineData("TransformerChain\\Transform_000\\Payload.bin", "is no entry")]
    [InlineData("C:ansformerChain/Transform_000/Payload.bin", "is no entry")]
    [Trait("Speed", "Slow")]
    public void WrongReference_IsInvalidData(string reference, string expected)
    {
        var payload = new SharedResource<ToyPayload>(new(2));
        byte[] file = Save(
            new TransformerChain<ITransformer>(
                new ToyTransformer(_ml, payload, "A", "X", new()), new ToyTransformer(_ml, payload, "B", "A", new())));
        const string Original = "TransformerChain/Transform_000/Payload.bin";

        byte[] damaged = Damage(
            file, Encoding.Unicode.GetBytes(Original), Encoding.Unicode.GetBytes(reference.PadRight(Original.Length, '.')));

        Assert.Contains(expected, InvalidData(() => Load(damaged)).Message);
    }

    [Theory]
    [InlineData("SHORT", "Loader"), InlineData("TOO LONG.", "Loader"), InlineData("ÄSCII 8.", "Loader")]
    [InlineData("EIGHTCHR", ""), InlineData("EIGHTCHR", "ALoaderNameOf25Characters")]
    public void ModelFormat_RefusesWhatMLNetWouldNotRead(string signature, string loader) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelFormat(signature, loader, typeof(ToyTransformer)));

    private byte[] Save(ITransformer model)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, _ml.View(1).Schema, stream);
        return stream.ToArray();
    }

    private static ITransformer Load(byte[] file) => new MLContext().Model.Load(new MemoryStream(file), out _);

    private static List<string> Entries(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        return [.. zip.Entries.Select(entry => entry.FullName)];
    }

    /// <summary>Replaces bytes in every Model.key, keeping its length.</summary>
    private static byte[] Damage(byte[] file, byte[] original, byte[] damage)
    {
        using var stream = new MemoryStream();
        stream.Write(file);
        bool found = false;
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            foreach (var entry in zip.Entries.Where(entry => entry.Name == "Model.key"))
            {
                using var content = entry.Open();
                byte[] bytes = new byte[content.Length];
                content.ReadExactly(bytes);
                int at = bytes.AsSpan().IndexOf(original);
                if (at < 0) continue;
                found = true;
                content.Position = at;
                content.Write(damage);
            }
        }

        Assert.True(found);
        return stream.ToArray();
    }

    /// <summary>The cause inside the exceptions that ML.NET wraps around it.</summary>
    private static InvalidDataException InvalidData(Action load)
    {
        Exception? error = Assert.ThrowsAny<Exception>(load);
        while (error is not (null or InvalidDataException)) error = error.InnerException;
        return Assert.IsType<InvalidDataException>(error);
    }
}
