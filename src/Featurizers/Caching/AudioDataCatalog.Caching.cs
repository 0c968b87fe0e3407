using AudioBsq;
using AudioBsq.MLNet;

namespace Microsoft.ML;

public static partial class AudioDataCatalog
{
    /// <summary>
    /// The same data, with one column of mel spectrograms kept in memory. Each row is computed when it is first read, so that training
    /// begins at once; with ML.NET's <c>Cache</c> and <c>AppendCacheCheckpoint</c> the first row of a shuffled pass waits for nearly all
    /// others. An hour of 128 bands at 100 frames a second takes 184 MB.
    /// </summary>
    /// <remarks>
    /// The column keeps its type and annotations, so <c>TokenizeAudio</c> accepts it. Rows are shuffled where those of
    /// <paramref name="data"/> can be: those of <c>LoadAudioFolder</c> and the other data sets, not those of <c>LoadFromEnumerable</c>. The
    /// latter are ML.NET's to cache, which shuffles them when it has computed all.
    /// </remarks>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="data">Data that gives its rows with the same ids every time.</param>
    /// <param name="columnName">Its column of mel spectrograms.</param>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioFolder("speech/train");
    /// var reading = ml.Transforms.LoadAudio("Waveform", "Path").Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"));
    /// IDataView mels = ml.Data.CacheMelSpectrograms(reading.Fit(clips).Transform(clips), "Mel");
    /// var tokenizer = ml.Transforms.TokenizeAudio("Tokens", "Mel").Fit(mels);
    /// </code>
    /// </example>
    public static IDataView CacheMelSpectrograms(this DataOperationsCatalog catalog, IDataView data, string columnName)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(columnName);
        var column = ColumnRule.SingleVector.Find(catalog.Environment(), data.Schema, columnName);
        return data.CanShuffle ? new MelMemoryView(data, column) : catalog.Cache(data, columnName);
    }

    /// <summary>
    /// The same data, with one column of mel spectrograms read from a file, one row in memory at a time. The first use computes every row
    /// once and writes the file. It is used again as long as nothing has changed that decides its content: the list of sound files, their
    /// sizes and times of modification, the options of <c>LoadAudio</c> and <c>ExtractMelSpectrogram</c>, and this library. A file that is
    /// out of date or damaged is replaced, and <c>MLContext.Log</c> says so. Rows that are empty, as of files that could not be read, are
    /// tried again each time. While another run writes the file this one waits, and <c>MLContext.Log</c> says so; it then reads that
    /// file, or replaces it where it is of other data.
    /// </summary>
    /// <remarks>
    /// The column keeps its type and annotations, so <c>TokenizeAudio</c> accepts it. A cursor on this column alone can shuffle, in the
    /// order in which ML.NET shuffles rows in memory; with other columns, which come from <paramref name="data"/>, rows keep its order.
    /// </remarks>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="data">Data that gives its rows in the same order every time.</param>
    /// <param name="columnName">
    /// Its column of mel spectrograms, behind <c>ExtractMelSpectrogram</c> or with a <paramref name="key"/>.
    /// </param>
    /// <param name="path">The file; its folder is made if need be. An hour of 128 bands at 100 frames a second takes 184 MB.</param>
    /// <param name="key">
    /// Text that changes whenever the content of the column does: the file is then replaced. Not needed for a column made by
    /// <c>LoadAudio</c> and <c>ExtractMelSpectrogram</c>, where it is known what decides the content.
    /// </param>
    /// <param name="threads">
    /// Threads that compute rows for the file; as many as the machine has when null. The content does not depend on it.
    /// </param>
    /// <param name="progress">
    /// Called after each row that was written, with the number of rows so far, and of all where that is known.
    /// </param>
    /// <param name="cancellationToken">Stops checking, writing or waiting for the file; an unfinished file is removed.</param>
    /// <exception cref="ArgumentException">It is not known what decides the column's content, and there is no key.</exception>
    /// <exception cref="IOException">
    /// The file cannot be written, for instance because the disk is full; no part of it is left. Or another process has it open and has
    /// written nothing for ten minutes.
    /// </exception>
    /// <exception cref="InvalidDataException">At <paramref name="path"/> there is a file that is no cache.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioFolder("speech/train");
    /// var reading = ml.Transforms.LoadAudio("Waveform", "Path").Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"));
    /// IDataView mels = ml.Data.CacheMelSpectrograms(reading.Fit(clips).Transform(clips), "Mel", "cache/train.mel");
    /// var tokenizer = ml.Transforms.TokenizeAudio("Tokens", "Mel").Fit(mels);
    /// </code>
    /// </example>
    public static IDataView CacheMelSpectrograms(
        this DataOperationsCatalog catalog,
        IDataView data,
        string columnName,
        string path,
        string? key = null,
        int? threads = null,
        Action<long, long?>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(columnName);
        ArgumentException.ThrowIfNullOrEmpty(path);
        Check.That(key is not "", key, "must be null or a text");
        Check.That(threads is null or > 0, threads, "must be positive or null");
        var options = new MelCacheOptions(key, threads, progress, cancellationToken);
        return new MelCache(catalog.Environment(), data, columnName, path, options).Open();
    }
}
