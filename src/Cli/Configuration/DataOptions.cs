using System.Collections.Immutable;
using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Cli.Configuration;

/// <summary>The clips of a training run: data set, splits, and where mel spectrograms are cached.</summary>
internal sealed record DataOptions
{
    /// <summary>How the data set is laid out.</summary>
    public DataSetKind Kind { get; init; }

    /// <summary>Its folder; a relative one starts from the current folder of the process.</summary>
    public string Root { get; init; } = "";

    /// <summary>
    /// Parts to train on: folders in <see cref="Root"/> (audio folders, LibriSpeech), a table's name (Common Voice), a split's
    /// (Speech Commands) or a segments table's path (AudioSet). None is the whole of an audio folder, and Speech Commands' own split.
    /// </summary>
    public ImmutableArray<string> TrainSplits { get; init; } = [];

    /// <summary>Parts that are only measured on; without one an audio folder has <see cref="HoldOut"/>, and others none.</summary>
    public ImmutableArray<string> ValidationSplits { get; init; } = [];

    /// <summary>Share of an audio folder's clips that are measured on where nothing else says which; 0 is none.</summary>
    public double HoldOut { get; init; } = 0.05;

    /// <summary>AudioSet only: files named after a video alone hold all of it.</summary>
    public bool WholeVideos { get; init; }

    /// <summary>How many times as fast each clip is trained on, once at each of them.</summary>
    public ImmutableArray<double> Speeds { get; init; } = [1];

    /// <summary>Where mel spectrograms are kept from one pass to the next.</summary>
    public MelCachePlace MelCache { get; init; }

    /// <summary>Folder of the files of <see cref="MelCachePlace.Disk"/>; that of the run when null.</summary>
    public string? MelCacheFolder { get; init; }

    /// <summary>The clips to train on, with a column <c>Path</c>.</summary>
    /// <exception cref="IOException">A folder or table is missing.</exception>
    /// <exception cref="InvalidDataException">There is no clip.</exception>
    public IDataView LoadTraining(MLContext context)
    {
        if (Folders() is var (train, _)) return context.Data.LoadAudioFolder(train);
        return HoldsOut ? Divided(context, training: true) : Load(context, TrainSplits);
    }

    /// <summary>The clips to measure on, with a column <c>Path</c>; null where there are none.</summary>
    /// <exception cref="IOException">A folder or table is missing.</exception>
    /// <exception cref="InvalidDataException">There is no clip.</exception>
    public IDataView? LoadValidation(MLContext context)
    {
        if (Folders() is var (_, validation)) return context.Data.LoadAudioFolder(validation);
        if (!ValidationSplits.IsEmpty) return Load(context, ValidationSplits);
        if (!HoldsOut) return null;
        var rows = Divided(context, training: false);
        return rows.GetRowCount() > 0 ? rows : null; // a single clip is trained on
    }

    /// <summary>Whether clips are measured on.</summary>
    public bool IsMeasured => !ValidationSplits.IsEmpty || HoldsOut || Folders() is not null;

    /// <summary>Whether clips of the training data are set aside to be measured on.</summary>
    public bool HoldsOut => Kind == DataSetKind.AudioFolder && ValidationSplits.IsEmpty && HoldOut > 0 && Folders() is null;

    // The two folders of an audio folder whose splits are not named.
    private (string Training, string Validation)? Folders()
    {
        if (Kind != DataSetKind.AudioFolder || !TrainSplits.IsEmpty || !ValidationSplits.IsEmpty || !Directory.Exists(Root)) return null;
        string? train = AudioFolder.Find(Root, AudioDataCatalog.TrainingFolders);
        string? validation = AudioFolder.Find(Root, AudioDataCatalog.ValidationFolders);
        return train is null || validation is null ? null : (train, validation);
    }

    private IDataView Divided(MLContext context, bool training)
    {
        var environment = context.Data.Environment();
        var report = new DataSetReport(environment, nameof(AudioDataCatalog.LoadAudioFolder));
        var clips = AudioFolder.List(FolderOf(TrainSplits), new AudioFolderOptions(), report.AddSpecial);
        if (training) report.Send(); // the same is left out for validation
        var rows = Configuration.HoldOut.Divide(clips, clip => clip.Name, HoldOut);
        var columns = SchemaDefinition.Create(typeof(AudioFolderRow));
        columns.RemoveAll(column => column.ColumnName == nameof(AudioFolderRow.Label));
        return environment.Rows(training ? rows.Training : rows.Validation, columns);
    }

    private string FolderOf(ImmutableArray<string> splits) => splits.IsEmpty ? Root : Path.Combine(Root, splits.Single());

    private IDataView Load(MLContext context, ImmutableArray<string> splits)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Kind switch
        {
            DataSetKind.AudioFolder => context.Data.LoadAudioFolder(FolderOf(splits)),
            DataSetKind.LibriSpeech => context.Data.LoadLibriSpeech(Root, [.. splits]),
            DataSetKind.CommonVoice => context.Data.LoadCommonVoice(Root, splits.Single()),
            DataSetKind.SpeechCommands => context.Data.LoadSpeechCommands(Root, SpeechCommandsSplitOf(splits)),
            DataSetKind.AudioSet => context.Data.LoadAudioSet(Path.Combine(Root, splits.Single()), Root, WholeVideos),
            _ => throw new NotSupportedException($"There is no loader for {Kind}."),
        };
    }

    private static SpeechCommandsSplit SpeechCommandsSplitOf(ImmutableArray<string> splits) =>
        splits.IsEmpty ? SpeechCommandsSplit.Train : Enum.Parse<SpeechCommandsSplit>(splits.Single(), ignoreCase: true);
}
