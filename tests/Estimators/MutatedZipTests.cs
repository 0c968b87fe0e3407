using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using AudioBsq.Networks;
using Microsoft.ML;
using Xunit.Abstractions;

namespace AudioBsq.Tests.Estimators;

/// <summary>Damaged zips of a whole pipeline: sound files → mel spectrograms → tokens.</summary>
public class MutatedZipTests(ITestOutputHelper output)
{
    private static readonly byte[] Whole = Saved();

    [Fact]
    public void LengthOfChain_IsWhereMLNetKeepsIt() => Assert.Equal(3, LengthOfChain(Whole));

    [Fact, Trait("Speed", "Slow")]
    public void Zips_AreReadOrRefused() => new DamageReport(output, ErrorsOfMLNet).Run(
        Damaged,
        file => ((IDisposable)new MLContext { GpuDeviceId = -1 }.Model.Load(new MemoryStream(file), out _)).Dispose(),
        countTensors: false); // where a chain breaks off, ML.NET forgets the transformers that it has loaded: finalizers free them

    /// <summary>
    /// Ours is InvalidDataException. The others are what ML.NET and the runtime throw for their own parts of a damaged zip.
    /// </summary>
    private static Type[] ErrorsOfMLNet =>
    [
        typeof(InvalidDataException),
        typeof(FormatException),           // a header or schema that ML.NET's checks refuse
        typeof(EndOfStreamException),      // one that ends early
        typeof(InvalidOperationException), // an entry or a loader that is not there
        typeof(ArgumentException),         // an assembly of no name,
        typeof(FileLoadException),         // of an impossible one,
        typeof(CultureNotFoundException),  // of an impossible culture,
        typeof(FileNotFoundException),     // and one that is not there
        typeof(OverflowException),         // a chain of fewer transformers than none
    ];

    [Fact]
    public void Zip_OfOutOfProportionWeights_IsRefusedBeforeItIsUnpacked()
    {
        byte[] bomb = Rewritten("Model.safetensors", _ => new byte[64_000_000]);
        string temporary = TestData.NewFolder();
        var ml = new MLContext { GpuDeviceId = -1, TempFilePath = temporary };

        var error = Innermost(Assert.ThrowsAny<Exception>(() => ml.Model.Load(new MemoryStream(bomb), out _)));

        Assert.InRange(bomb.Length, 0, 640_000);
        Assert.IsType<InvalidDataException>(error);
        Assert.Contains("out of proportion", error.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary));
        Directory.Delete(temporary, recursive: true);
    }

    [Fact] // a directory that claims less than an entry becomes
    public void Zip_ThatUnderstatesItsWeights_IsRefused()
    {
        byte[] bomb = Rewritten("Model.safetensors", _ => new byte[64_000_000]);
        Assert.Equal(2, Overwrite(bomb, 64_000_000, 1_000_000));

        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Innermost(
            Assert.ThrowsAny<Exception>(() => new MLContext { GpuDeviceId = -1 }.Model.Load(new MemoryStream(bomb), out _)));

        Assert.IsType<InvalidDataException>(error);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
    }

    private static byte[] Damaged(Random random)
    {
        while (true)
        {
            byte[] file = random.Next(3) == 0 ? Mutations.OfBytes(Whole, random) : WithDamagedEntry(random);
            if (LengthOfChain(file) is null or < 100_000) return file;
        }
    }

    // ML.NET allocates 12 bytes for each transformer that a chain's header claims, before any code of ours runs: such files are left out.
    private static int? LengthOfChain(byte[] file)
    {
        const int Header = 256;
        try
        {
            using var zip = new ZipArchive(new MemoryStream(file));
            if (zip.GetEntry("TransformerChain/Model.key") is not { } chain) return null;
            using var content = chain.Open();
            byte[] bytes = new byte[Header + 4];
            content.ReadExactly(bytes);
            return BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(Header));
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            return null;
        }
    }

    private static byte[] WithDamagedEntry(Random random)
    {
        using var zip = new ZipArchive(new MemoryStream(Whole));
        string[] names = [.. zip.Entries.Select(entry => entry.FullName)];
        string chosen = names[random.Next(names.Length)];
        bool header = chosen.EndsWith(".safetensors", StringComparison.Ordinal) && random.Next(2) == 0;
        return Rewritten(chosen, content => header ? Mutations.OfHeader(content, random) : Mutations.OfBytes(content, random));
    }

    private static byte[] Rewritten(string end, Func<byte[], byte[]> change)
    {
        using var stream = new MemoryStream();
        using (var to = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        using (var from = new ZipArchive(new MemoryStream(Whole)))
        {
            foreach (var entry in from.Entries)
            {
                using var source = entry.Open();
                using var content = new MemoryStream();
                source.CopyTo(content);
                byte[] bytes = entry.FullName.EndsWith(end, StringComparison.Ordinal) ? change(content.ToArray()) : content.ToArray();
                using var target = to.CreateEntry(entry.FullName, CompressionLevel.Fastest).Open();
                target.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    private static int Overwrite(byte[] bytes, uint from, uint to)
    {
        int count = 0;
        for (int i = 0; i + 4 <= bytes.Length; i++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i)) != from) continue;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i), to);
            count++;
        }

        return count;
    }

    private static byte[] Saved()
    {
        var mel = Small.Mel;
        var options = Small.Options with { Encoder = new NetworkOptions { Width = 8, Layers = 1, Heads = 2, HeadWidth = 8 } };
        var ml = new MLContext { GpuDeviceId = -1 };
        using var model = AudioBsqModel.Create(options, mel, device: "cpu");
        var none = ml.Data.LoadFromEnumerable<Clip>([]);
        var pipeline = ml.Transforms.LoadAudio("Waveform", "Path", mel.SampleRate)
            .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", mel))
            .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", model));
        using var stream = new MemoryStream();
        ml.Model.Save(pipeline.Fit(none), none.Schema, stream);
        return stream.ToArray();
    }

    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;

    private sealed class Clip
    {
        public string Path { get; set; } = "";
    }
}
