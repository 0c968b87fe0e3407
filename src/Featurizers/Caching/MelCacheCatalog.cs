using AudioBsq.MLNet;

namespace Microsoft.ML;

/// <summary>Mel spectrograms kept in a file, on <c>mlContext.Data</c>.</summary>
public static class MelCacheCatalog
{
    /// <summary>
    /// The same data, with one column of mel spectrograms read from a file, in memory for one row at a time. The file is written at the first use,
    /// by computing every row once, and used again as long as nothing has changed that decides its content: the list of sound files, their sizes and times of
    /// modification, the options of <c>LoadAudio</c> and <c>ExtractMelSpectrogram</c>, and this library. A file that is out of date or damaged is written
    /// anew, which <c>MLContext.Log</c> says. Rows that are empty, as of files that could not be read, are tried again each time.
    /// </summary>
    /// <remarks>
    /// The column keeps its type and annotations, so <c>TokenizeAudio</c> takes it. A cursor on this column alone is shuffled where it is asked to, in the order in which ML.NET
    /// shuffles rows in memory; with other columns, which come from <paramref name="data"/>, rows come in its order.
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="data">Data that gives its rows in the same order every time.</param>
    /// <param name="columnName">Its column of mel spectrograms, behind <c>ExtractMelSpectrogram</c> or with a <see cref="MelCacheOptions.Key"/>.</param>
    /// <param name="path">The file; its folder is made if need be. A whole hour of 128 bands at 100 frames a second takes 184 MB.</param>
    /// <param name="options">When null, the defaults.</param>
    /// <exception cref="ArgumentException">It cannot be told what decides the column's content, and there is no key.</exception>
    /// <exception cref="IOException">The file cannot be written, for instance because the disk is full; no part of it is left.</exception>
    /// <exception cref="InvalidDataException">At <paramref name="path"/> there is a file that is no cache.</exception>
    public static IDataView CacheMelSpectrograms(this DataOperationsCatalog catalog, IDataView data, string columnName, string path, MelCacheOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(columnName);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new MelCacheOptions();
        options.Validate();
        return new MelCache(catalog.Environment(), data, columnName, path, options).Open();
    }
}
