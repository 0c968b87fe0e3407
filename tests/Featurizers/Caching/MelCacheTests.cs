using AudioBsq.MLNet;
using AudioBsq.Tests.Estimators;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Caching;

/// <summary>What the cached column gives, and when its file is written anew.</summary>
[WithoutTorch]
public sealed class MelCacheTests : IDisposable
{
    private readonly CachedClips _clips = new(6);

    public void Dispose() => _clips.Dispose();

    [Fact]
    public void Cache_GivesWhatIsInIt_WithoutReadingSoundAgain()
    {
        float[][] expected = _clips.Expected();

        _clips.Cache();
        var again = _clips.Cache();

        Assert.Equal(6, _clips.Written); // by the first
        Assert.Equal(expected, again.GetColumn<float[]>("Mel"));
        Assert.Equal(expected, again.GetColumn<float[]>("Mel"));
        Assert.Equal(_clips.Ml.Data.LoadAudioFolder(_clips.Folder).GetColumn<string>("Path"), again.GetColumn<string>("Path"));
        Assert.Equal(6, again.GetRowCount());
    }

    [Fact]
    public void Cache_KeepsTypeAndAnnotations()
    {
        var (plain, cached) = (_clips.Mels().Schema["Mel"], _clips.Cache().Schema["Mel"]);

        Assert.Equal(plain.Type, cached.Type);
        Assert.Equal(CachedClips.Mel, AudioColumn.TryGetMelOptions(cached));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(5), InlineData(9)]
    public void File_IsTheSame_HoweverManyThreadsWriteIt(int threads)
    {
        _clips.Cache(options => options with { Threads = 1 });
        byte[] expected = File.ReadAllBytes(_clips.Path);
        File.Delete(_clips.Path);

        _clips.Cache(options => options with { Threads = threads });

        Assert.Equal(expected, File.ReadAllBytes(_clips.Path));
    }

    [Fact]
    public void Shuffled_HasTheSameRows_InTheOrderOfTheUncachedData()
    {
        var cached = _clips.Cache();
        foreach (int seed in (int[])[1, 2, 3])
        {
            Assert.True(cached.CanShuffle);
            Assert.Equal(CachedClips.Rows(_clips.Mels(), seed), CachedClips.Rows(cached, seed));
        }

        Assert.NotEqual(CachedClips.Rows(cached, seed: 1), CachedClips.Rows(cached, seed: null));
    }

    [Fact]
    public void OtherColumns_StandBesideTheirRow_AlsoWhenShuffled()
    {
        var cached = _clips.Cache();
        string[] paths = [.. cached.GetColumn<string>("Path")];
        float[][] expected = _clips.Expected();
        using var cursor = cached.GetRowCursor([cached.Schema["Path"], cached.Schema["Mel"]], new Random(1));
        var (path, mel) = (
            cursor.GetGetter<ReadOnlyMemory<char>>(cached.Schema["Path"]), cursor.GetGetter<VBuffer<float>>(cached.Schema["Mel"]));

        int rows = 0;
        for (; cursor.MoveNext(); rows++)
        {
            (ReadOnlyMemory<char> text, VBuffer<float> value) = (default, default);
            path(ref text);
            mel(ref value);
            Assert.Equal(expected[Array.IndexOf(paths, $"{text}")], value.DenseValues());
        }

        Assert.Equal(6, rows);
        Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
    }

    [Fact]
    public void RowIds_DoNotDependOnTheOrder()
    {
        var cached = _clips.Cache();

        Assert.Equal(Ids(null).Order(), Ids(new Random(4)).Order());
        Assert.NotEqual(Ids(null), Ids(new Random(4)));

        List<(ulong, int)> Ids(Random? random)
        {
            var ids = new List<(ulong, int)>();
            using var cursor = cached.GetRowCursor([cached.Schema["Mel"]], random);
            var (id, mel) = (cursor.GetIdGetter(), cursor.GetGetter<VBuffer<float>>(cached.Schema["Mel"]));
            while (cursor.MoveNext())
            {
                (DataViewRowId value, VBuffer<float> numbers) = (default, default);
                id(ref value);
                mel(ref numbers);
                ids.Add((value.Low, numbers.Length));
            }

            return ids;
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Cursors_CanBeManyAtOnce()
    {
        var cached = _clips.Cache();
        float[][] expected = _clips.Expected();

        float[][][] all =
        [
            .. Enumerable.Range(0, 16).AsParallel().WithDegreeOfParallelism(4).Select(_ => cached.GetColumn<float[]>("Mel").ToArray()),
        ];

        Assert.All(all, each => Assert.Equal(expected, each));
        Assert.Equal(6, cached.GetRowCursorSet(cached.Schema, 4).Sum(CachedClips.CountAndDispose));
    }

    [Fact]
    public void Cursor_RefusesWhatIsWrong()
    {
        var cached = _clips.Cache();
        var cursor = cached.GetRowCursor([cached.Schema["Mel"]]);
        var read = cursor.GetGetter<VBuffer<float>>(cached.Schema["Mel"]);
        VBuffer<float> value = default;

        Assert.Throws<InvalidOperationException>(() => read(ref value));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<VBuffer<double>>(cached.Schema["Mel"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<ReadOnlyMemory<char>>(cached.Schema["Path"]));
        Assert.True(cursor.IsColumnActive(cached.Schema["Mel"]) && !cursor.IsColumnActive(cached.Schema["Path"]));
        cursor.Dispose();
        cursor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cursor.MoveNext());
    }

    [Fact]
    public void EmptyRows_StayEmpty_UntilTheirFileCanBeRead()
    {
        string bad = System.IO.Path.Combine(_clips.Folder, "clip2b.wav");
        File.WriteAllText(bad, "no sound");
        Assert.Equal(7, _clips.Cache().GetColumn<float[]>("Mel").Count());
        Assert.Equal(7, _clips.Written);
        Assert.Single(_clips.Warnings, warning => warning.Contains("clip2b.wav"));

        Assert.Empty(_clips.Cache().GetColumn<float[]>("Mel").ElementAt(3)); // from the file, and told again
        Assert.Equal(7, _clips.Written);
        Assert.Equal(2, _clips.Warnings.Count(warning => warning.Contains("clip2b.wav")));

        File.Copy(System.IO.Path.Combine(_clips.Folder, "clip1.wav"), bad, overwrite: true);
        Assert.Equal(_clips.Expected(), _clips.Cache().GetColumn<float[]>("Mel"));
        Assert.Equal(14, _clips.Written);
    }

    [Fact]
    public void EmptyRows_AreTriedAgain_WhereTheirFileIsAsItWas()
    {
        string good = System.IO.Path.Combine(_clips.Folder, "clip1.wav"), bad = System.IO.Path.Combine(_clips.Folder, "clip2.wav");
        byte[] content = File.ReadAllBytes(bad);
        var time = File.GetLastWriteTimeUtc(bad);
        File.WriteAllBytes(bad, new byte[content.Length]);
        File.SetLastWriteTimeUtc(bad, time);
        _clips.Cache();

        File.WriteAllBytes(bad, content); // as where a decoder was missing, or the right to read
        File.SetLastWriteTimeUtc(bad, time);

        Assert.Equal(_clips.Expected(), _clips.Cache().GetColumn<float[]>("Mel"));
        Assert.Contains(_clips.Notes, note => note.Contains("can be read now"));
        Assert.True(File.Exists(good));
    }

    [Theory]
    [InlineData("another file"), InlineData("one file less"), InlineData("a file's size"), InlineData("a file's time")]
    [InlineData("a file's name")]
    [InlineData("mel options"), InlineData("sample rate"), InlineData("error handling"), InlineData("key")]
    [Trait("Speed", "Slow")]
    public void File_IsWrittenAnew_WhenThisChanges(string what)
    {
        _clips.Cache();
        string first = System.IO.Path.Combine(_clips.Folder, "clip0.wav"), other = System.IO.Path.Combine(_clips.Folder, "clip9.wav");
        var (mel, loading, key) = (CachedClips.Mel, CachedClips.Loading, (string?)null);
        switch (what)
        {
            case "another file": File.Copy(first, other); break;
            case "one file less": File.Delete(first); break;
            case "a file's size": File.AppendAllText(first, "x"); break;
            case "a file's time": File.SetLastWriteTimeUtc(first, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc)); break;
            case "a file's name": File.Move(first, other); break;
            case "mel options": mel = mel with { MinFrequency = 20 }; break;
            case "sample rate": (mel, loading) = (mel with { SampleRate = 8_000 }, loading with { SampleRate = 8_000 }); break;
            case "error handling": loading = loading with { OnError = LoadErrorHandling.Throw }; break;
            default: key = "new"; break;
        }

        int written = _clips.Written;
        var cached = _clips.Cache(options => options with { Key = key }, mel, loading);

        Assert.True(_clips.Written > written);
        Assert.Contains(_clips.Notes, note => note.Contains("written anew"));
        Assert.Equal(_clips.Expected(mel, loading), cached.GetColumn<float[]>("Mel"));
        written = _clips.Written;
        _clips.Cache(options => options with { Key = key }, mel, loading);
        Assert.Equal(written, _clips.Written);
    }

    [SkippableFact]
    public void LinkedFile_CountsAsWhatItLinksTo()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        string target = System.IO.Path.Combine(TestData.NewFolder(), "target.wav");
        File.Copy(System.IO.Path.Combine(_clips.Folder, "clip0.wav"), target);
        File.CreateSymbolicLink(System.IO.Path.Combine(_clips.Folder, "clip9.wav"), target);
        _clips.Cache();

        File.SetLastWriteTimeUtc(target, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        _clips.Cache();

        Assert.Equal(14, _clips.Written);
        Directory.Delete(System.IO.Path.GetDirectoryName(target)!, recursive: true);
    }

    [Fact]
    public void PartsAndContents_DecideTheContentToo()
    {
        var loading = CachedClips.Loading with { StartColumn = "Start", EndColumn = "End" };
        PartRow[] rows =
        [
            .. Enumerable.Range(0, 3).Select(
                i => new PartRow { Path = System.IO.Path.Combine(_clips.Folder, "clip5.wav"), Start = 0.01f * i, End = float.NaN }),
        ];
        _clips.Cache(Mels(), options => options);

        _clips.Cache(Mels(), options => options);
        Assert.Equal(3, _clips.Written);
        rows[1].Start = 0.015f;
        Assert.Equal(Mels().GetColumn<float[]>("Mel"), _clips.Cache(Mels(), options => options).GetColumn<float[]>("Mel"));
        Assert.Equal(6, _clips.Written);

        byte[][] contents =
        [
            .. Enumerable.Range(0, 2).Select(i => File.ReadAllBytes(System.IO.Path.Combine(_clips.Folder, $"clip{i}.wav"))),
        ];
        foreach (int expected in (int[])[8, 8])
        {
            _clips.Cache(
                _clips.Mels(_clips.Ml.Data.LoadFromEnumerable(contents.Select(content => new ContentRow { Path = content }))),
                options => options);
            Assert.Equal(expected, _clips.Written);
        }

        IDataView Mels() => _clips.Mels(_clips.Ml.Data.LoadFromEnumerable(rows), loading: loading);
    }

    [Fact]
    public void OtherData_NeedsAKey()
    {
        var mels = _clips.Ml.Annotated(_clips.Ml.View(MelData.Rows(1, 3, 0, 5)));
        var error = Assert.Throws<ArgumentException>(() => _clips.Cache(mels, options => options));
        Assert.Contains("give a key", error.Message);
        Assert.Throws<ArgumentException>(() => _clips.Cache(_clips.Ml.Data.TakeRows(_clips.Mels(), 2), options => options));

        foreach (var (key, written) in new[] { ("a", 3), ("a", 3), ("b", 6) })
        {
            Assert.Equal(
                mels.GetColumn<float[]>("Mel"), _clips.Cache(mels, options => options with { Key = key }).GetColumn<float[]>("Mel"));
            Assert.Equal(written, _clips.Written);
        }

        _clips.Cache(_clips.Ml.Annotated(_clips.Ml.View(MelData.Rows(1, 3, 0))), options => options with { Key = "b" });
        Assert.Equal(8, _clips.Written); // another number of rows
    }

    [Fact]
    public void DataThatShrank_IsNoticed_WhereItIsReadToo()
    {
        var rows = new List<MelRow>(MelData.Rows(1, 3, 4, 5));
        var cached = _clips.Cache(_clips.Ml.Data.LoadFromEnumerable<MelRow>(rows), options => options with { Key = "k" });
        rows.RemoveAt(2);

        Assert.Contains(
            "does not have 3 rows",
            Assert.Throws<InvalidDataException>(() => CachedClips.CountAndDispose(cached.GetRowCursor(cached.Schema))).Message);
    }

    [Fact]
    public void WrongArguments_AreNamed()
    {
        var mels = _clips.Mels();
        Assert.Throws<ArgumentOutOfRangeException>(() => _clips.Cache(mels, options => options with { Key = "" }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clips.Cache(mels, options => options with { Threads = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clips.Ml.Data.CacheMelSpectrograms(mels, "Missing", _clips.Path));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clips.Ml.Data.CacheMelSpectrograms(mels, "Path", _clips.Path));
        Assert.Throws<ArgumentException>(() => _clips.Ml.Data.CacheMelSpectrograms(mels, "Mel", ""));
    }

    private sealed class PartRow
    {
        public string Path { get; set; } = "";

        public float Start { get; set; }

        public float End { get; set; }
    }

    private sealed class ContentRow
    {
        public byte[] Path { get; set; } = [];
    }
}
