using AudioBsq.MLNet;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>
/// Data sets of sound files, on <c>mlContext.Data</c>. Folders and tables are read when a method is called, and no sound is opened: give
/// the column <c>Path</c> to <c>Transforms.LoadAudio</c>. What a data set lacks is a warning in <c>MLContext.Log</c>, and an error if no row is left.
/// </summary>
public static class AudioDataCatalog
{
    private static readonly string[] TrainingFolders = ["train", "training"], ValidationFolders = ["val", "valid", "validation", "dev"];

    /// <summary>
    /// One row for each sound file in a folder: text columns <c>Path</c> (full) and <c>Name</c> (below the folder, with '/'), sorted by
    /// name, and <c>Label</c> where the options ask for it.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="folder">The folder.</param>
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

    /// <summary>The same for a folder with two in it: <c>train</c> or <c>training</c>, and <c>val</c>, <c>valid</c>, <c>validation</c> or <c>dev</c>.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="root">The folder with the two.</param>
    /// <param name="options">Which files, and with which columns.</param>
    /// <exception cref="DirectoryNotFoundException">One of the folders is missing.</exception>
    /// <exception cref="InvalidDataException">One of them holds no such file, or there are two for one purpose.</exception>
    public static (IDataView Train, IDataView Validation) LoadAudioFolders(this DataOperationsCatalog catalog, string root, AudioFolderOptions? options = null)
    {
        string train = AudioFolder.Only(root, TrainingFolders), validation = AudioFolder.Only(root, ValidationFolders);
        return (catalog.LoadAudioFolder(train, options), catalog.LoadAudioFolder(validation, options));
    }

    /// <summary>
    /// Utterances of LibriSpeech: text columns <c>Path</c>, <c>Name</c>, <c>Speaker</c>, <c>Chapter</c>, <c>Utterance</c> and
    /// <c>Transcript</c> (empty where there is none), sorted by name.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="root">The folder LibriSpeech, or the one it lies in.</param>
    /// <param name="splits">One or several, such as train-clean-100: names of the folders in it.</param>
    /// <exception cref="DirectoryNotFoundException">There is no folder for a split.</exception>
    /// <exception cref="InvalidDataException">A split holds no utterance.</exception>
    public static IDataView LoadLibriSpeech(this DataOperationsCatalog catalog, string root, params string[] splits)
    {
        ArgumentNullException.ThrowIfNull(splits);
        var environment = catalog.Environment();
        return environment.Rows(LibriSpeech.List(root, splits, new DataSetReport(environment, nameof(LoadLibriSpeech))));
    }

    /// <summary>
    /// Clips of Common Voice, any version with tables: text columns <c>Path</c>, <c>Name</c>, <c>Speaker</c> (client_id), <c>Transcript</c>
    /// (sentence), <c>Age</c>, <c>Gender</c>, <c>Accent</c> and <c>Locale</c>, sorted by name.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="root">The folder of a language, or one in which only one language lies.</param>
    /// <param name="split">train, dev, test, validated, …: a table's name without .tsv.</param>
    /// <exception cref="FileNotFoundException">There is no such table.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or no folder clips beside the table.</exception>
    /// <exception cref="InvalidDataException">The table has no column path, or no row whose clip is there.</exception>
    public static IDataView LoadCommonVoice(this DataOperationsCatalog catalog, string root, string split)
    {
        var environment = catalog.Environment();
        return environment.Rows(CommonVoice.List(root, split, new DataSetReport(environment, nameof(LoadCommonVoice))));
    }

    /// <summary>
    /// Spoken words of Speech Commands: text columns <c>Path</c>, <c>Name</c>, <c>Label</c> (the word) and <c>Speaker</c>, sorted by
    /// name. The folder _background_noise_ is left out.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="root">The folder with the words' folders and the two lists.</param>
    /// <param name="split">Which part.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A list is missing.</exception>
    /// <exception cref="InvalidDataException">The split is empty, or a clip is in both lists.</exception>
    public static IDataView LoadSpeechCommands(this DataOperationsCatalog catalog, string root, SpeechCommandsSplit split = SpeechCommandsSplit.Train)
    {
        var environment = catalog.Environment();
        return environment.Rows(SpeechCommands.List(root, split, new DataSetReport(environment, nameof(LoadSpeechCommands))));
    }

    /// <summary>
    /// Clips of AudioSet: columns <c>Path</c>, <c>Name</c>, <c>VideoId</c> (text), <c>Start</c> and <c>End</c> (Single: seconds in the
    /// file, for <see cref="AudioLoadingOptions.StartColumn"/> and <see cref="AudioLoadingOptions.EndColumn"/>) and <c>Labels</c> (vector
    /// of text), sorted by video. Files are found below the folder as YTID, YYTID, YTID_start or YTID_start_end, in seconds or milliseconds.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="segmentsCsv">The table, such as balanced_train_segments.csv.</param>
    /// <param name="folder">The folder of the clips.</param>
    /// <param name="options">What the files are.</param>
    /// <exception cref="FileNotFoundException">There is no such table.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">None of the segments has its clip there.</exception>
    public static IDataView LoadAudioSet(this DataOperationsCatalog catalog, string segmentsCsv, string folder, AudioSetOptions? options = null)
    {
        var environment = catalog.Environment();
        return environment.Rows(AudioSet.List(segmentsCsv, folder, options ?? new AudioSetOptions(), new DataSetReport(environment, nameof(LoadAudioSet))));
    }
}
