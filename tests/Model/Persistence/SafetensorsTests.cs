using System.Buffers.Binary;
using System.Text;
using AudioBsq.Persistence;

namespace AudioBsq.Tests.Model.Persistence;

[WithoutTorch]
public class SafetensorsTests
{
    [Fact]
    public void Reader_UndoesWriter()
    {
        SafetensorsTensor[] tensors =
        [
            SafetensorsTensor.Of("b", [1.5f, -2f, float.Epsilon, 4f, 5f, 6f], 2, 3),
            SafetensorsTensor.Of("a", [long.MinValue, 7L], 2),
            new("half", SafetensorsType.F16, [2], [0x00, 0x3C, 0x00, 0xC0]),
            new("brain", SafetensorsType.BF16, [], [0x80, 0x3F]),
            new("double", SafetensorsType.F64, [1], BitConverter.GetBytes(0.5)),
            new("bytes", SafetensorsType.U8, [0], []),
        ];

        var read = Read(Written(tensors, new() { ["note"] = "hello" }));

        Assert.Equal(tensors.Select(t => t.Name), read.Keys);
        Assert.All(tensors, t => Assert.Equal(t.Data, read[t.Name].Data));
        Assert.Equal([1f, -2f], read["half"].ToSingles());
        Assert.Equal([1f], read["brain"].ToSingles());
        Assert.Equal([0.5f], read["double"].ToSingles());
        Assert.Equal([2L, 3L], read["b"].Shape);
    }

    [Fact] // the golden files were written by the Python library
    public void Reader_ReadsFilesFromPython()
    {
        foreach (string path in TestData.Golden("mel", "*.safetensors"))
        {
            Assert.NotEmpty(SafetensorsReader.ReadFile(path));
        }
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "bytes")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}""", "holds 4")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}""", "bytes")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "bytes")]
    [InlineData("""{"x":{"dtype":"F8","shape":[4],"data_offsets":[0,4]}}""", "F8")]
    [InlineData("""{"x":{"dtype":"3","shape":[1],"data_offsets":[0,4]}}""", "'3'")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "overlap")]
    [InlineData("""{"x":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "gap")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}""", "offsets")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4]}}""", "not valid")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""",
        "two entries")]
    [InlineData("""[1]""", "not valid")]
    [InlineData("""{"x":""", "not valid")]
    public void Reader_RefusesBrokenHeader(string header, string reason)
    {
        var e = Assert.Throws<InvalidDataException>(() => Read(WithHeader(header, [1, 2, 3, 4])));

        Assert.Contains(reason, e.Message);
    }

    [Fact]
    public void Reader_RefusesClaimsThatTheStreamDoesNotKeep()
    {
        byte[] whole = Written([SafetensorsTensor.Of("x", new float[100], 100)], []);

        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => Read(whole[..length]));
            Assert.Throws<InvalidDataException>(() => new SafetensorsReader(new NoSeek(whole[..length])).ReadTensors().Count());
        }

        byte[] huge = [.. whole];
        BinaryPrimitives.WriteUInt64LittleEndian(huge, ulong.MaxValue);
        Assert.Throws<InvalidDataException>(() => Read(huge));
    }

    private static byte[] Written(SafetensorsTensor[] tensors, Dictionary<string, string> metadata)
    {
        var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private static Dictionary<string, SafetensorsTensor> Read(byte[] bytes) =>
        new SafetensorsReader(new MemoryStream(bytes)).ReadTensors().ToDictionary(t => t.Name);

    private static byte[] WithHeader(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] prefix = BitConverter.GetBytes((ulong)json.Length);
        return [.. prefix, .. json, .. data];
    }

    private sealed class NoSeek(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
