using AudioBsq.MLNet;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Data sets of sound files, on <c>mlContext.Data</c>.</summary>
public static class AudioDataCatalog
{
    /// <summary>
    /// One row for each sound file in a folder: text columns <c>Path</c> (full) and <c>Name</c> (below the folder, with '/'), sorted by
    /// name, and <c>Label</c> where the options ask for it. No file is opened; give <c>Path</c> to <c>Transforms.LoadAudio</c>.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="folder">The folder; it is listed now, once.</param>
    /// <param name="options">Which files, and with which columns.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds no such file.</exception>
    public static IDataView LoadAudioFolder(this DataOperationsCatalog catalog, string folder, AudioFolderOptions? options = null)
    {
        var environment = catalog.Environment();
        options ??= new AudioFolderOptions();
        var columns = SchemaDefinition.Create(typeof(AudioFolderRow));
        if (!options.LabelFromFolder) columns.RemoveAll(column => column.ColumnName == nameof(AudioFolderRow.Label));
        return environment.Rows(AudioFolder.List(folder, options), columns);
    }
}
