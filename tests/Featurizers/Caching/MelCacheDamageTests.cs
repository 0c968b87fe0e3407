using AudioBsq.MLNet;
using AudioBsq.Persistence;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Caching;

/// <summary>Caches that are damaged, cannot be written, or are not finished.</summary>
[WithoutTorch]
public sealed class MelCacheDamageTests : IDisposable
{
    private readonly CachedClips _clips = new(4);

    private string Unfinished => _clips.Path + ".unfinished";

    public void Dispose() => _clips.Dispose();

    [Fact, Trait("Speed", "Slow")]
    public void AnyFlippedByte_IsFound_AndTheFileWrittenAnew()
    {
        var cached = _clips.Cache();
        float[][] expected = _clips.Expected();
        byte[] whole = File.ReadAllBytes(_clips.Path);
        var random = new Random(1);
        // everywhere in header, index and hash; some of the rows
        int[] places =
        [
            .. Enumerable.Range(8, 40), .. Enumerable.Range(whole.Length - 64, 64),
            .. Enumerable.Range(0, 30).Select(_ => random.Next(48, whole.Length - 64)),
        ];
        foreach (int place in places)
        {
            byte[] damaged = [.. whole];
            damaged[place] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(_clips.Path, damaged);
            int written = _clips.Written;

            _clips.Cache();

            Assert.Equal(written + 4, _clips.Written);
            Assert.Equal(whole, File.ReadAllBytes(_clips.Path));
        }

        Assert.Equal(expected, cached.GetColumn<float[]>("Mel")); // views that were there before go on
        Assert.Contains(_clips.Warnings, warning => warning.Contains("is damaged: header and index"));
        Assert.Contains(_clips.Warnings, warning => warning.Contains("is damaged: row"));
        Assert.Contains(_clips.Warnings, warning => warning.Contains("version"));
    }

    [Fact]
    public void AnyCut_IsFound_AndTheFileWrittenAnew()
    {
        _clips.Cache();
        byte[] whole = File.ReadAllBytes(_clips.Path);
        int[] nearTheEnd = [whole.Length / 2, whole.Length - 33, whole.Length - 1, whole.Length + 1, whole.Length + 40];
        foreach (int length in (int[])[0, 5, 8, 20, 47, 48, 79, 80, 100, 200, .. nearTheEnd])
        {
            File.WriteAllBytes(_clips.Path, [.. whole.Take(length), .. new byte[Math.Max(0, length - whole.Length)]]);

            _clips.Cache();

            Assert.Equal(whole, File.ReadAllBytes(_clips.Path));
        }
    }

    [Theory, InlineData(int.MaxValue), InlineData(int.MinValue), InlineData(-1), InlineData(1 << 27)]
    public void NumberOfRows_IsCheckedBeforeMemoryIsTaken(int rows)
    {
        byte[] key = new byte[32];
        Directory.CreateDirectory(Path.GetDirectoryName(_clips.Path)!);
        File.WriteAllBytes(_clips.Path, [.. MelCacheFile.Header(rows, key), .. new byte[500]]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InvalidDataException>(() => MelCacheFile.Open(_clips.Path));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory, InlineData(int.MaxValue), InlineData(-4), InlineData(100)]
    public void NumbersOfARow_AreChecked_AlsoWhereTheHashIsRight(int numbers)
    {
        byte[] header = MelCacheFile.Header(1, new byte[32]), index = [.. BitConverter.GetBytes(numbers), .. new byte[4]];
        Directory.CreateDirectory(Path.GetDirectoryName(_clips.Path)!);
        File.WriteAllBytes(_clips.Path, [.. header, .. new byte[16], .. index, .. MelCacheFile.HashOf(header, index)]);

        Assert.Throws<InvalidDataException>(() => MelCacheFile.Open(_clips.Path));
    }

    [Fact]
    public void RowDamagedLater_IsNeverServed()
    {
        var cached = _clips.Cache();
        byte[] bytes = File.ReadAllBytes(_clips.Path);
        bytes[60] ^= 1;
        File.WriteAllBytes(_clips.Path, bytes);

        Assert.Contains("row 0", Assert.Throws<InvalidDataException>(() => cached.GetColumn<float[]>("Mel").First()).Message);
        File.WriteAllBytes(_clips.Path, bytes[..50]);
        Assert.Contains("ends in row 0", Assert.Throws<InvalidDataException>(() => cached.GetColumn<float[]>("Mel").First()).Message);
        File.Delete(_clips.Path);
        Assert.Throws<FileNotFoundException>(() => cached.GetColumn<float[]>("Mel").First());
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task SecondRun_WaitsForTheFirst_AndReadsItsFile_OrWritesItsOwn(bool firstEndsWell)
    {
        _clips.Cache();
        byte[] whole = File.ReadAllBytes(_clips.Path);
        File.Delete(_clips.Path);
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _clips.Ml.Log += (_, message) => { if (message.RawMessage.Contains("Another run is writing")) waits.TrySetResult(); };
        int written = _clips.Written;
        var first = new AtomicFile(_clips.Path);

        var second = Task.Run(() => _clips.Cache().GetColumn<float[]>("Mel").ToArray());
        await Task.WhenAny(waits.Task, second);
        Assert.False(second.IsCompleted);
        first.Stream.Write(whole);
        if (firstEndsWell) first.Commit();
        first.Dispose();

        Assert.Equal(_clips.Expected(), await second);
        Assert.Equal(firstEndsWell ? written : written + 4, _clips.Written);
    }

    [Fact]
    public void Waiting_CanBeStopped()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_clips.Path)!);
        using var first = new AtomicFile(_clips.Path);
        using var stop = new CancellationTokenSource();
        _clips.Ml.Log += (_, message) => { if (message.RawMessage.Contains("Another run is writing")) stop.Cancel(); };

        Assert.ThrowsAny<OperationCanceledException>(() => _clips.Cache(options => options with { CancellationToken = stop.Token }));

        Assert.Equal([Unfinished], Directory.GetFiles(Path.GetDirectoryName(_clips.Path)!)); // the first one's
    }

    [Fact]
    public void OtherFile_IsNotWrittenOver()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_clips.Path)!);
        File.WriteAllText(_clips.Path, "my thesis");

        Assert.Contains("is no mel cache", Assert.Throws<InvalidDataException>(() => _clips.Cache()).Message);

        Assert.Equal("my thesis", File.ReadAllText(_clips.Path));
        Assert.Contains(
            "is a folder",
            Assert.Throws<IOException>(() => _clips.Ml.Data.CacheMelSpectrograms(_clips.Mels(), "Mel", _clips.Folder)).Message);
    }

    [Theory, InlineData(1), InlineData(3)]
    public void InterruptedWrite_LeavesNoFile(int threads)
    {
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(
            () => _clips.Cache(
                options => options with { Threads = threads, CancellationToken = source.Token, Progress = (_, _) => source.Cancel() }));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_clips.Path)!));
        Assert.Throws<InvalidTimeZoneException>(
            () => _clips.Cache(options => options with { Threads = threads, Progress = (_, _) => throw new InvalidTimeZoneException() }));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_clips.Path)!));

        File.WriteAllText(Path.Combine(_clips.Folder, "clip1b.wav"), "no sound");
        Assert.Throws<InvalidDataException>(
            () => _clips.Cache(
                options => options with { Threads = threads }, loading: CachedClips.Loading with { OnError = LoadErrorHandling.Throw }));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_clips.Path)!));
    }

    [Fact]
    public void InterruptedWrite_LeavesTheOldFile_AndAKilledOneIsWrittenOver()
    {
        _clips.Cache();
        byte[] old = File.ReadAllBytes(_clips.Path);
        Assert.Throws<InvalidTimeZoneException>(
            () => _clips.Cache(options => options with { Key = "new", Progress = (_, _) => throw new InvalidTimeZoneException() }));
        Assert.Equal(old, File.ReadAllBytes(_clips.Path));

        File.WriteAllBytes(Unfinished, new byte[1 << 20]);
        var cached = _clips.Cache(options => options with { Key = "new" });

        Assert.Equal(_clips.Expected(), cached.GetColumn<float[]>("Mel"));
        Assert.False(File.Exists(Unfinished));
    }

    [Fact]
    public void TwoWriters_AreRefused()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_clips.Path)!);
        using var other = new FileStream(Unfinished, FileMode.Create, FileAccess.Write, FileShare.None);

        Assert.Contains("could not be written", Assert.Throws<IOException>(() => _clips.Cache()).Message);
        Assert.True(File.Exists(Unfinished));
    }

    [Fact]
    public void FolderThatCannotBeMade_IsNamed()
    {
        File.WriteAllText(Path.GetDirectoryName(_clips.Path)!, "a file");

        var error = Assert.Throws<IOException>(() => _clips.Cache());

        Assert.Contains(_clips.Path, error.Message);
        Assert.Contains("another disk", error.Message);
    }

    [SkippableFact]
    public void FullDisk_IsNamed_AndNothingIsLeft()
    {
        Skip.IfNot(File.Exists("/dev/full"), "There is no /dev/full.");
        Directory.CreateDirectory(Path.GetDirectoryName(_clips.Path)!);
        File.CreateSymbolicLink(Unfinished, "/dev/full");

        var error = Assert.Throws<IOException>(() => _clips.Cache());

        Assert.Contains("Make room", error.Message);
        Assert.Contains("No space left", error.Message);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_clips.Path)!));
    }

    [Theory, InlineData(""), InlineData("1234"), InlineData("123456789abc"), InlineData("0123456789abcdef")]
    public void Check_IsCrc32C(string text)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
        uint expected = uint.MaxValue; // bit by bit
        foreach (byte b in bytes)
        {
            expected ^= b;
            for (int bit = 0; bit < 8; bit++) expected = (expected >> 1) ^ ((expected & 1) * 0x82F63B78u);
        }

        Assert.Equal(~expected, MelCacheFile.CheckOf(bytes));
    }
}
