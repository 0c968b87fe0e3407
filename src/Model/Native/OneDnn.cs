using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using static TorchSharp.torch;

namespace AudioBsq.Native;

/// <summary>
/// oneDNN's matrix product in single precision. Torch's own is that of MKL, which computes with AVX2 on AMD's processors whatever else they
/// have. TorchSharp does not bind the operator, so it is called by a TorchScript module, which is made here.
/// </summary>
internal static class OneDnn
{
    private const string Name = "OneDnn";

    // The operator is in no namespace that torch.jit.compile knows, but in one that a saved module may use.
    private const string Code = $"""
        class {Name}(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
          def linear(self: __torch__.{Name}, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
            return ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")

        """;

    // Pickled: an object of this class with the state { training: False }, and an empty tuple.
    private const string State = $"\u0080\u0002c__torch__\n{Name}\n)\u0081}}(X\u0008\0\0\0training\u0089ub.";
    private const string NoConstants = "\u0080\u0002).";

    private static readonly Lazy<jit.ScriptModule?> Module = new(Load);

    /// <summary>
    /// Whether <see cref="Linear"/> can be called, and is faster: with AVX-512 it takes half the time on AMD's processors and as much on
    /// Intel's; with less it gains nothing.
    /// </summary>
    public static bool IsFaster => Avx512F.IsSupported && Module.Value is not null;

    /// <summary>x (…, inputs) · weightᵀ + bias, all in single precision in the processor's memory; no gradients flow through it.</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias) => (Tensor)Module.Value!.invoke("linear", x, weight, bias!);

    // Loading the module where torch was built without oneDNN would end the process.
    private static jit.ScriptModule? Load()
    {
        TorchLibrary.EnsureLoaded();
        try
        {
            using var probe = jit.compile("def probe(x):\n    return torch.to_dense(torch.to_mkldnn(x))\n");
            using var one = ones(1, 1);
            ((Tensor)probe.invoke("probe", one)).Dispose();
        }
        catch (ExternalException)
        {
            return null;
        }

        return jit.load(Archive());
    }

    private static byte[] Archive()
    {
        var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "data.pkl", State);
            Add(zip, "code/__torch__.py", Code);
            Add(zip, "constants.pkl", NoConstants);
            Add(zip, "version", "3\n");
        }

        return file.ToArray();
    }

    private static void Add(ZipArchive zip, string path, string content)
    {
        using var entry = zip.CreateEntry($"{Name}/{path}", CompressionLevel.NoCompression).Open();
        entry.Write(Encoding.Latin1.GetBytes(content));
    }
}
