using System.Collections.Immutable;
using AudioBsq.MLNet;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>
/// Data sets of sound files, on <c>mlContext.Data</c>. Folders and tables are read when a method is called, and no sound is opened: give
/// the column <c>Path</c> to <c>Transforms.LoadAudio</c>. What a data set lacks is a warning in <c>MLContext.Log</c>, and an error if no
/// row is left.
/// </summary>
public static partial class AudioDataCatalog
{
    internal static readonly string[] TrainingFolders = ["train", "training"], ValidationFolders = ["val", "valid", "validation", "dev"];

    /// <summary>
    /// One row for each sound file in a folder: text columns <c>Path</c> (full) and <c>Name</c> (below the folder, with '/'), sorted by
    /// name, and <c>Label</c> where asked for.
    /// </summary>
    /// <remarks>
    /// A link to a folder is followed, and every real folder counts once: where several ways lead to it, under its own path, or by the link
    /// that comes first by name. Each link to a file is a row. Hidden files are left out, and, with a warning in <c>MLContext.Log</c>,
    /// pipes, sockets and devices.
    /// </remarks>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="labelFromFolder">Adds a text column <c>Label</c> with the name of the folder that the file lies in.</param>
    /// <param name="recursive">Whether folders inside the folder are searched too.</param>
    /// <param name="extensions">
    /// Endings of file names, each with its dot, in any case; the usual ones of sound files when null. The content decides how a file is
    /// read.
    /// </param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds no such file.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioFolder("speech", labelFromFolder: true);
    /// foreach (string name in clips.GetColumn&lt;string&gt;("Name")) Console.WriteLine(name);
    /// </code>
    /// </example>
    public static IDataView LoadAudioFolder(
        this DataOperationsCatalog catalog,
        string folder,
        bool labelFromFolder = false,
        bool recursive = true,
        IEnumerable<string>? extensions = null)
    {
        var environment = catalog.Environment();
        var options = new AudioFolderOptions(recursive, extensions?.ToImmutableArray() ?? AudioFolderOptions.DefaultExtensions);
        var columns = SchemaDefinition.Create(typeof(AudioFolderRow));
        if (!labelFromFolder) columns.RemoveAll(column => column.ColumnName == nameof(AudioFolderRow.Label));
        var report = new DataSetReport(environment, nameof(LoadAudioFolder));
        var rows = AudioFolder.List(folder, options, report.AddSpecial);
        report.Send();
        return environment.Rows(rows, columns);
    }

    /// <summary>
    /// The same for the two folders of a data set: <c>train</c> or <c>training</c>, and <c>val</c>, <c>valid</c>, <c>validation</c> or
    /// <c>dev</c>.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="root">The folder that holds the two.</param>
    /// <param name="labelFromFolder">Adds a text column <c>Label</c> with the name of the folder that the file lies in.</param>
    /// <param name="recursive">Whether folders inside the two are searched too.</param>
    /// <param name="extensions">Endings of file names, each with its dot, in any case; the usual ones of sound files when null.</param>
    /// <exception cref="DirectoryNotFoundException">One of the folders is missing.</exception>
    /// <exception cref="InvalidDataException">One of them holds no such file, or there are two for one purpose.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// var (train, validation) = ml.Data.LoadAudioFolders("speech"); // speech/train and speech/dev
    /// </code>
    /// </example>
    public static (IDataView Train, IDataView Validation) LoadAudioFolders(
        this DataOperationsCatalog catalog,
        string root,
        bool labelFromFolder = false,
        bool recursive = true,
        IEnumerable<string>? extensions = null)
    {
        string train = AudioFolder.Only(root, TrainingFolders), validation = AudioFolder.Only(root, ValidationFolders);
        string[]? endings = extensions?.ToArray();
        return (
            catalog.LoadAudioFolder(train, labelFromFolder, recursive, endings),
            catalog.LoadAudioFolder(validation, labelFromFolder, recursive, endings));
    }

    /// <summary>
    /// Utterances of LibriSpeech: text columns <c>Path</c>, <c>Name</c>, <c>Speaker</c>, <c>Chapter</c>, <c>Utterance</c> and
    /// <c>Transcript</c> (empty where there is none), sorted by name.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="root">The folder LibriSpeech, or the one it lies in.</param>
    /// <param name="splits">One or several, such as train-clean-100: names of the folders in it.</param>
    /// <exception cref="DirectoryNotFoundException">There is no folder for a split.</exception>
    /// <exception cref="InvalidDataException">A split holds no utterance.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadLibriSpeech("/data", "train-clean-100", "train-clean-360");
    /// </code>
    /// </example>
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
    /// <param name="catalog">The data catalog.</param>
    /// <param name="root">The folder of a language, or one in which only one language lies.</param>
    /// <param name="split">train, dev, test, validated, …: a table's name without .tsv.</param>
    /// <exception cref="FileNotFoundException">There is no such table.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or no folder clips beside the table.</exception>
    /// <exception cref="InvalidDataException">The table has no column path, or no row whose clip is there.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadCommonVoice("cv-corpus-17.0/de", "dev");
    /// </code>
    /// </example>
    public static IDataView LoadCommonVoice(this DataOperationsCatalog catalog, string root, string split)
    {
        var environment = catalog.Environment();
        return environment.Rows(CommonVoice.List(root, split, new DataSetReport(environment, nameof(LoadCommonVoice))));
    }

    /// <summary>
    /// Spoken words of Speech Commands: text columns <c>Path</c>, <c>Name</c>, <c>Label</c> (the word) and <c>Speaker</c>, sorted by
    /// name. The folder _background_noise_ is left out.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="root">The folder with the words' folders and the two lists.</param>
    /// <param name="split">Which part.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A list is missing.</exception>
    /// <exception cref="InvalidDataException">The split is empty, or a clip is in both lists.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadSpeechCommands("speech_commands_v0.02", SpeechCommandsSplit.Validation);
    /// </code>
    /// </example>
    public static IDataView LoadSpeechCommands(
        this DataOperationsCatalog catalog, string root, SpeechCommandsSplit split = SpeechCommandsSplit.Train)
    {
        var environment = catalog.Environment();
        return environment.Rows(SpeechCommands.List(root, split, new DataSetReport(environment, nameof(LoadSpeechCommands))));
    }

    /// <summary>
    /// Clips of AudioSet: columns <c>Path</c>, <c>Name</c>, <c>VideoId</c> (text), <c>Start</c> and <c>End</c> (Single: seconds in the
    /// file, for <see cref="AudioLoadingOptions.StartColumn"/> and <see cref="AudioLoadingOptions.EndColumn"/>) and <c>Labels</c> (vector
    /// of text), sorted by video. Files are found below the folder as YTID, YYTID, YTID_start or YTID_start_end, in seconds or
    /// milliseconds.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="segmentsCsv">The table, such as balanced_train_segments.csv.</param>
    /// <param name="folder">The folder of the clips.</param>
    /// <param name="wholeVideos">
    /// Whether a file that is named after its video alone holds the whole video; otherwise it holds the segment. Names with times are
    /// always segments.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such table.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">None of the segments has its clip there.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioSet("eval_segments.csv", "audioset", wholeVideos: true);
    /// var options = new AudioLoadingOptions { StartColumn = "Start", EndColumn = "End" };
    /// IDataView waveforms = ml.Transforms.LoadAudio("Waveform", "Path", options).Fit(clips).Transform(clips);
    /// </code>
    /// </example>
    public static IDataView LoadAudioSet(this DataOperationsCatalog catalog, string segmentsCsv, string folder, bool wholeVideos = false)
    {
        var environment = catalog.Environment();
        return environment.Rows(AudioSet.List(segmentsCsv, folder, wholeVideos, new DataSetReport(environment, nameof(LoadAudioSet))));
    }
}
