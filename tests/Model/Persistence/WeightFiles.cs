using AudioBsq.Persistence;
using AudioBsq.Reference;

namespace AudioBsq.Tests.Model.Persistence;

/// <summary>Small weights of the Python version's kind, for tests to change.</summary>
internal static class WeightFiles
{
    /// <summary>A model with a convolution module and two blocks.</summary>
    public static AudioBsqOptions Options { get; } = TinyNetworks.With(conv: true, compatibility: Compatibility.Reference);

    public static List<SafetensorsTensor> Tensors(int seed = 1)
    {
        using var model = AudioBsqModel.Create(Options, new() { Bands = Options.Bands }, seed, device: "cpu");
        return Read(Export(model));
    }

    public static byte[] Export(AudioBsqModel model)
    {
        using var stream = new MemoryStream();
        model.ExportReference(stream);
        return stream.ToArray();
    }

    public static byte[] Bytes(IEnumerable<SafetensorsTensor> tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [.. tensors]);
        return stream.ToArray();
    }

    /// <summary>Imports them from a file called weights.safetensors.</summary>
    public static AudioBsqModel Import(IEnumerable<SafetensorsTensor> tensors, ReferenceCheckpoint? checkpoint = null)
    {
        string folder = TestData.NewFolder();
        try
        {
            string path = Path.Combine(folder, "weights.safetensors");
            File.WriteAllBytes(path, Bytes(tensors));
            return AudioBsqModel.ImportReference(path, (checkpoint ?? new(Options)) with { Device = "cpu" });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The message of a refusal, below its first line's folder.</summary>
    public static string Refusal(IEnumerable<SafetensorsTensor> tensors, ReferenceCheckpoint? checkpoint = null)
    {
        string message = Assert.Throws<InvalidDataException>(() => Import(tensors, checkpoint)).Message;
        return message[message.IndexOf("weights.safetensors", StringComparison.Ordinal)..];
    }

    private static List<SafetensorsTensor> Read(byte[] file) => [.. new SafetensorsReader(new MemoryStream(file)).ReadTensors()];
}
