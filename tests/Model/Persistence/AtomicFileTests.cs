using AudioBsq.Persistence;

namespace AudioBsq.Tests.Model.Persistence;

[WithoutTorch]
public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = TestData.NewFolder();

    private string Target => Path.Combine(_folder, "result.bin");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, InlineData(0), InlineData(5_000)]
    public void FullDisk_LeavesTheOldFileAndNoOther(int room)
    {
        File.WriteAllText(Target, "old");

        Assert.Throws<IOException>(
            () => AtomicFile.Write(Target, stream => stream.Write(new byte[10_000]), path => new FullDisk(path, room)));

        Assert.Equal([Target], Directory.GetFiles(_folder, "*", new EnumerationOptions { AttributesToSkip = 0 }));
        Assert.Equal("old", File.ReadAllText(Target));
    }

    [Fact]
    public void FullDisk_ThatIsNoticedOnDisposal_LeavesNoFile()
    {
        var file = new AtomicFile(Target, path => new FullDisk(path, room: 5_000));
        var writer = new StreamWriter(file.Stream, bufferSize: 1 << 16, leaveOpen: true);
        writer.Write(new string('x', 9_000)); // in the writer's buffer still

        Assert.Throws<IOException>(writer.Dispose);
        file.Dispose();

        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void SecondWriter_IsToldThatTheFileIsBusy()
    {
        using var first = new AtomicFile(Target);
        first.Stream.Write(new byte[100]);
        first.Stream.Flush();

        var error = Assert.Throws<AtomicFileBusyException>(() => new AtomicFile(Target));

        Assert.Contains(Target, error.Message);
        Assert.True(AtomicFile.IsBeingWritten(Target, out long length));
        Assert.Equal(100, length);
        first.Commit();
        Assert.False(AtomicFile.IsBeingWritten(Target, out _));
    }

    [Fact]
    public void FileThatAKilledProcessLeft_IsNotBeingWritten_AndWrittenOver()
    {
        File.WriteAllText(Target + AtomicFile.Suffix, "half");

        bool busy = AtomicFile.IsBeingWritten(Target, out _);
        AtomicFile.Write(Target, stream => stream.WriteByte(1));

        Assert.False(busy);
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }
}
