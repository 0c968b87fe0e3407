using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Caching;

/// <summary>Spectrograms that are kept in memory: the rows of the uncached data, each computed once, when it is first read.</summary>
[WithoutTorch]
public sealed class MelMemoryTests : IDisposable
{
    private readonly CachedClips _clips = new(6);

    public void Dispose() => _clips.Dispose();

    [Fact]
    public void Cached_HasTheRowsOfTheUncachedData_AlsoShuffled()
    {
        var cached = _clips.Ml.Data.CacheMelSpectrograms(_clips.Mels(), "Mel");

        foreach (int? seed in (int?[])[3, null, 1, 3])
            Assert.Equal(Rows(_clips.Mels(), seed), Rows(cached, seed));
        Assert.NotEqual(Rows(cached, 1), Rows(cached, null));
        Assert.Equal(6, cached.GetRowCount());
        Assert.Equal(CachedClips.Mel, AudioColumn.TryGetMelOptions(cached.Schema["Mel"]));
    }

    [Fact]
    public void ARow_IsComputedWhenItIsFirstRead_AndNeverAgain()
    {
        float[][] expected = Rows(_clips.Mels(), seed: 1);
        var cached = _clips.Ml.Data.CacheMelSpectrograms(_clips.Mels(), "Mel");

        float[][] first = [.. CachedClips.Rows(cached, seed: 1).Take(2)];
        foreach (string file in Directory.GetFiles(_clips.Folder)) File.Delete(file);

        Assert.Equal(expected[..2], first);
        Assert.Equal([.. expected[..2], [], [], [], []], Rows(cached, seed: 1)); // files that are not there have empty rows
        Assert.Equal(2, Rows(cached, seed: null).Count(row => row.Length > 0));
    }

    [Fact]
    public void OtherColumns_StandBesideTheirRow()
    {
        var cached = _clips.Ml.Data.CacheMelSpectrograms(_clips.Mels(), "Mel");
        Rows(cached, seed: 1);

        string[] paths = [.. cached.GetColumn<string>("Path")];

        Assert.Equal(_clips.Mels().GetColumn<string>("Path"), paths);
        Assert.Equal(_clips.Expected(), cached.GetColumn<float[]>("Mel"));
    }

    [Fact]
    public void RowsThatCannotBeShuffled_AreShuffledOnceAllAreInMemory()
    {
        float[][] expected = _clips.Expected();
        var rows = _clips.Ml.Data.LoadFromEnumerable(expected.Select(mel => new Row { Mel = mel }));
        Assert.False(rows.CanShuffle);

        var cached = _clips.Ml.Data.CacheMelSpectrograms(rows, "Mel");

        Assert.Equal(Rows(_clips.Mels(), seed: 1), Rows(cached, seed: 1));
    }

    [Fact]
    public void AColumnThatIsNoVector_IsRefused()
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => _clips.Ml.Data.CacheMelSpectrograms(_clips.Mels(), "Path"));

        Assert.Contains("Path", error.Message);
    }

    private static float[][] Rows(IDataView data, int? seed) => [.. CachedClips.Rows(data, seed)];

    private sealed class Row
    {
        public float[] Mel { get; set; } = [];
    }
}
