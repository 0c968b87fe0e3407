using System.IO.Compression;
using Microsoft.ML;

namespace AudioBsq.Tests.Estimators;

/// <summary>A model file that was cut or changed is refused with a cause, or still works: it never crashes or hangs.</summary>
[Trait("Speed", "Slow")]
public class DamagedZipTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly byte[] _file = File.ReadAllBytes(CommittedZipTests.Fixture);

    [Fact]
    public void ChangedBytes_OfTheFile()
    {
        int refused = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            byte[] damaged = [.. _file];
            for (int i = 1 + random.Next(8); i > 0; i--) damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            if (!Works(damaged, $"seed {seed}")) refused++;
        }

        Assert.InRange(refused, 200, 300);
    }

    [Fact, NoTensorLeaks]
    public void CutFile()
    {
        var random = new Random(1);
        Assert.All(
            Enumerable.Range(0, 100).Select(i => i < 20 ? i : random.Next(_file.Length)),
            length => Assert.False(Works(_file[..length], $"{length} bytes")));
    }

    // Inside an entry, behind the zip's own checksums: what reads it is ours.
    [Theory, InlineData("Transform_000/Model.key"), InlineData("Transform_001/Model.key")]
    public void ChangedBytes_OfAHeader(string entry)
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            byte[] damaged = Change(entry, content => content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8)));
            Works(damaged, $"seed {seed}");
        }
    }

    [Fact, NoTensorLeaks]
    public void ChangedBytes_OfTheWeightsHeader_AreInvalidData()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            byte[] damaged = Change("Model.safetensors", content =>
            {
                int header = BitConverter.ToInt32(content) + 8;
                for (int i = 1 + random.Next(3); i > 0; i--) content[random.Next(header)] ^= (byte)(1 << random.Next(8));
            });
            Works(damaged, $"seed {seed}", typeof(InvalidDataException));
        }
    }

    [Fact, NoTensorLeaks]
    public void ChangedWeights_AreInvalidData()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            byte[] damaged = Change(
                "Model.safetensors",
                content => content[random.Next(BitConverter.ToInt32(content) + 8, content.Length)] ^= (byte)(1 << random.Next(8)));

            Assert.False(Works(damaged, $"seed {seed}", typeof(InvalidDataException)));
        }
    }

    [Fact]
    public void LostEntry_IsInvalidData()
    {
        using var stream = new MemoryStream();
        stream.Write(_file);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
            zip.Entries.Single(entry => entry.Name == "Model.safetensors").Delete();

        var causes = Causes(Assert.ThrowsAny<Exception>(() => _ml.Model.Load(new MemoryStream(stream.ToArray()), out _)));

        Assert.Contains("Model.safetensors' is missing", Assert.Single(causes.OfType<InvalidDataException>()).Message);
    }

    // Loads and runs it. What still runs gives the same tokens; a refusal has one of the causes that a reader gives, and where ours read
    // it, the one named.
    private bool Works(byte[] file, string which, Type? cause = null)
    {
        try
        {
            var loaded = _ml.Model.Load(new MemoryStream(file), out _);
            try
            {
                var data = loaded.Transform(_ml.View(CommittedZipTests.Rows));
                if (data.Schema.GetColumnOrNull("Tokens") is null) return false; // the column's name, or the length of ML.NET's chain
                var row = Assert.Single(_ml.Tokens(data));
                Assert.True(CommittedZipTests.Keys.SequenceEqual(row.Tokens), $"{which}: other tokens: {string.Join(" ", row.Tokens)}");
                return true;
            }
            finally
            {
                loaded.DisposeAll();
            }
        }
        catch (Exception error) when (error is not Xunit.Sdk.XunitException)
        {
            var causes = Causes(error);
            Assert.True(
                cause is null ? causes.OfType<InvalidDataException>().Any() || IsARefusal(causes[^1]) : causes.Any(cause.IsInstanceOfType),
                $"{which}: {string.Join("\n", causes.Select(e => $"{e.GetType()}: {e.Message}"))}\n{causes[^1].StackTrace}");
            return false;
        }
    }

    // ML.NET reads its own part of the headers, and asks for the assembly that is named there.
    private static bool IsARefusal(Exception error) =>
        error is InvalidDataException or FormatException or IOException or ArgumentException
            or InvalidOperationException or NotSupportedException or BadImageFormatException;

    private static List<Exception> Causes(Exception error)
    {
        var causes = new List<Exception>();
        for (Exception? e = error; e is not null; e = e.InnerException) causes.Add(e);
        return causes;
    }

    private byte[] Change(string entry, Action<byte[]> change)
    {
        using var stream = new MemoryStream();
        stream.Write(_file);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            using var content = zip.Entries.Single(e => e.FullName.EndsWith(entry, StringComparison.Ordinal)).Open();
            byte[] bytes = new byte[content.Length];
            content.ReadExactly(bytes);
            change(bytes);
            content.Position = 0;
            content.Write(bytes);
        }

        return stream.ToArray();
    }
}
