using System.IO.Pipes;
using System.Runtime.InteropServices;
using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>Sound from <c>mkfifo</c> and from <c>&lt;(…)</c>, which is a file below /dev/fd.</summary>
[WithoutTorch]
public sealed partial class NamedPipeTests : IDisposable
{
    private static readonly byte[] Content = File.ReadAllBytes(TestData.PathOf("audio", "LJ001-0008.flac"));

    private readonly string _folder = TestData.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task Read_TakesANamedPipe()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no named pipes among its files.");
        string path = Path.Combine(_folder, "pipe.flac");
        Assert.Equal(0, MakeFifo(path, 0b110_000_000));
        var writing = Task.Run(() => File.WriteAllBytes(path, Content));

        var waveform = AudioFile.Read(path);

        await writing;
        Assert.Equal(39_325, waveform.Samples.Length);
    }

    [SkippableFact]
    public async Task Describe_TakesAnOpenPipe()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no /dev/fd.");
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        var writing = Task.Run(() =>
        {
            using var end = new AnonymousPipeClientStream(PipeDirection.Out, pipe.ClientSafePipeHandle);
            end.Write(Content);
        });

        var format = AudioFile.Describe($"/dev/fd/{pipe.SafePipeHandle.DangerousGetHandle()}");

        await writing;
        Assert.Equal(39_325, format.Frames);
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
