using System.Collections.Concurrent;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Tests.Featurizers.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.Tests.Featurizers.Caching;

/// <summary>A folder of clips, the pipeline to their mel spectrograms, and a cache behind it that counts the rows it writes.</summary>
internal sealed class CachedClips : IDisposable
{
    private readonly Clips _clips;
    private readonly string _place = TestData.NewFolder();

    public CachedClips(int count)
    {
        _clips = new Clips(count);
        Ml.Log += (_, message) => (message.Kind == ChannelMessageKind.Warning ? Warnings : Notes).Add(message.RawMessage);
    }

    public static MelOptions Mel { get; } = new() { FftLength = 256, HopLength = 80, Bands = 20 };

    public static AudioLoadingOptions Loading { get; } = new() { OnError = LoadErrorHandling.EmptyWaveform };

    public MLContext Ml { get; } = new(seed: 1);

    public string Folder => _clips.Folder;

    /// <summary>The cache's file.</summary>
    public string Path => System.IO.Path.Combine(_place, "deep", "clips.mel");

    /// <summary>Rows written so far.</summary>
    public int Written { get; private set; }

    public ConcurrentBag<string> Warnings { get; } = [];

    public ConcurrentBag<string> Notes { get; } = [];

    public IDataView Mels(IDataView? clips = null, MelOptions? mel = null, AudioLoadingOptions? loading = null)
    {
        clips ??= Ml.Data.LoadAudioFolder(Folder);
        return Ml.Transforms.LoadAudio("Waveform", "Path", loading ?? Loading)
            .Append(Ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", mel ?? Mel)).Fit(clips).Transform(clips);
    }

    /// <summary>What the column holds, without a cache.</summary>
    public float[][] Expected(MelOptions? mel = null, AudioLoadingOptions? loading = null) =>
    [
        .. Mels(null, mel, loading).GetColumn<float[]>("Mel"),
    ];

    public IDataView Cache(
        Func<MelCacheOptions, MelCacheOptions>? options = null, MelOptions? mel = null, AudioLoadingOptions? loading = null) =>
        Cache(Mels(null, mel, loading), options ?? (defaults => defaults));

    public IDataView Cache(IDataView mels, Func<MelCacheOptions, MelCacheOptions> options)
    {
        var (key, threads, progress, cancellation) = options(new MelCacheOptions(null, null, (_, _) => Written++, CancellationToken.None));
        return Ml.Data.CacheMelSpectrograms(mels, "Mel", Path, key, threads, progress, cancellation);
    }

    /// <summary>The mel column of each row, in the order of a seed if there is one.</summary>
    public static IEnumerable<float[]> Rows(IDataView data, int? seed)
    {
        var column = data.Schema["Mel"];
        using var cursor = data.GetRowCursor([column], seed is { } number ? new Random(number) : null);
        var read = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> value = default;
        while (cursor.MoveNext())
        {
            read(ref value);
            yield return [.. value.DenseValues()];
        }
    }

    public static int CountAndDispose(DataViewRowCursor cursor)
    {
        using (cursor)
        {
            int rows = 0;
            while (cursor.MoveNext()) rows++;
            return rows;
        }
    }

    public void Dispose()
    {
        _clips.Dispose();
        Directory.Delete(_place, recursive: true);
    }
}
