using System.Runtime.Versioning;
using AudioBsq.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Native;

[NoTensorLeaks]
public class NativeLoadingTests
{
    private const string Library = "libstdc++.so.6", Version = "GLIBCXX_3.4.32";

    private static string Bridge => Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so");

    [Fact]
    public void EnsureLoaded_GivesATorchThatCounts()
    {
        TorchLibrary.EnsureLoaded();

        using var scope = NewDisposeScope();
        Assert.Equal(2f, (ones(1) + ones(1)).item<float>());
    }

    [SkippableFact]
    public void MakeOptional_SetsOneFlagAndNothingElse()
    {
        Skip.IfNot(File.Exists(Bridge), "the native library here is not Linux's");
        byte[] before = File.ReadAllBytes(Bridge), after = (byte[])before.Clone();

        Assert.True(ElfVersionPatch.MakeOptional(after, Library, Version));

        int[] changed = [.. Enumerable.Range(0, before.Length).Where(i => before[i] != after[i])];
        int only = Assert.Single(changed);
        Assert.Equal((0, 2), (before[only], after[only]));
        // The entry's first field is the System V hash of the version's name.
        Assert.Equal(SystemVHash(Version), BitConverter.ToUInt32(after, only - 4));
        Assert.True(ElfVersionPatch.MakeOptional(after, Library, Version));
        Assert.Equal((byte)2, after[only]);
    }

    [SkippableTheory]
    [InlineData("libstdc++.so.6", "GLIBCXX_3.4.99")]
    [InlineData("libm.so.6", "GLIBCXX_3.4.32")]
    public void MakeOptional_ChangesNothing_WhenTheVersionIsNotAskedFor(string library, string version)
    {
        Skip.IfNot(File.Exists(Bridge), "the native library here is not Linux's");
        byte[] before = File.ReadAllBytes(Bridge), after = (byte[])before.Clone();

        Assert.False(ElfVersionPatch.MakeOptional(after, library, version));

        Assert.Equal(before, after);
    }

    [SkippableFact]
    public void MakeOptional_RefusesBrokenFiles()
    {
        Skip.IfNot(File.Exists(Bridge), "the native library here is not Linux's");
        byte[] whole = File.ReadAllBytes(Bridge);

        Assert.Throws<InvalidDataException>(() => ElfVersionPatch.MakeOptional([], Library, Version));
        Assert.Throws<InvalidDataException>(() => ElfVersionPatch.MakeOptional(new byte[4096], Library, Version));
        foreach (int length in new[] { 10, 63, 64, 500, 4096, 100_000 })
            Assert.Throws<InvalidDataException>(() => ElfVersionPatch.MakeOptional(whole.AsSpan(0, length).ToArray(), Library, Version));

        // Damage in the header and the tables either is noticed or changes nothing the loader would not notice; it never runs outside the
        // image.
        var random = new Random(1);
        for (int i = 0; i < 500; i++)
        {
            byte[] damaged = whole.AsSpan(0, 0x41000).ToArray();
            for (int j = 0; j < 8; j++)
                damaged[random.Next(5) == 0 ? random.Next(0x3f000, 0x41000) : random.Next(16, 0x400)] = (byte)random.Next(256);
            var error = Record.Exception(() => ElfVersionPatch.MakeOptional(damaged, Library, Version));
            Assert.True(error is null or InvalidDataException, error?.ToString());
        }
    }

    [SkippableFact, SupportedOSPlatform("linux")]
    public void Imports_AreAllThere()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the native library here is not Linux's");

        var (all, missing) = LinuxTorchLoader.Imports();

        Assert.Empty(missing);
        Assert.InRange(all.Count, 1_000, 10_000);
        Assert.Contains("_ZNK3c105Error4whatEv", all); // const char* c10::Error::what() const
        Assert.DoesNotContain("malloc", all);
    }

    [SkippableFact]
    public void ImportsOf_RefusesBrokenFiles()
    {
        Skip.IfNot(File.Exists(Bridge), "the native library here is not Linux's");
        byte[] whole = File.ReadAllBytes(Bridge);

        Assert.Throws<InvalidDataException>(() => ElfImports.Of([]));
        Assert.Throws<InvalidDataException>(() => ElfImports.Of(new byte[4096]));
        foreach (int length in new[] { 63, 500, 4096, 0x10000 })
            Assert.Throws<InvalidDataException>(() => ElfImports.Of(whole.AsSpan(0, length).ToArray()));

        var random = new Random(1);
        for (int i = 0; i < 50; i++)
        {
            byte[] damaged = [.. whole];
            for (int j = 0; j < 8; j++) damaged[random.Next(16, 0x400)] = (byte)random.Next(256);
            var error = Record.Exception(() => ElfImports.Of(damaged));
            Assert.True(error is null or InvalidDataException, error?.ToString());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("CPU")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:one")]
    [InlineData("cpu:0")]
    public void Resolve_RefusesWhatIsNoDevice(string device)
    {
        var error = Assert.Throws<ArgumentException>(() => TorchDevice.Resolve(device));
        Assert.Contains("cuda:N", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_GivesTheProcessorOrSaysHowToGetAGpu()
    {
        Assert.Equal(DeviceType.CPU, TorchDevice.Resolve("cpu").type);
        if (cuda.is_available())
        {
            Assert.Equal(DeviceType.CUDA, TorchDevice.Resolve("auto").type);
            Assert.Throws<NotSupportedException>(() => TorchDevice.Resolve("cuda:4711"));
        }
        else
        {
            Assert.Equal(DeviceType.CPU, TorchDevice.Resolve("auto").type);
            string advice = Assert.Throws<NotSupportedException>(() => TorchDevice.Resolve("cuda")).Message;
            Assert.Contains("package TorchSharp-cuda-linux", advice, StringComparison.Ordinal);
            Assert.DoesNotContain("-p:Torch", advice, StringComparison.Ordinal); // that is of this repository, not of its packages
        }
    }

    private static uint SystemVHash(string text)
    {
        uint hash = 0;
        foreach (char c in text)
        {
            hash = (hash << 4) + c;
            uint high = hash & 0xf0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        return hash;
    }
}
