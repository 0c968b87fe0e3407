using System.Collections.Immutable;
using AudioBsq.MLNet;
using Microsoft.ML;

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

    /// <summary>Parts that are only measured on; none is no validation.</summary>
    public ImmutableArray<string> ValidationSplits { get; init; } = [];

    /// <summary>AudioSet only: files named after a video alone hold all of it.</summary>
    public bool WholeVideos { get; init; }

    /// <summary>Where mel spectrograms are kept from one pass to the next.</summary>
    public MelCachePlace MelCache { get; init; }

    /// <summary>Folder of the files of <see cref="MelCachePlace.Disk"/>; that of the run when null.</summary>
    public string? MelCacheFolder { get; init; }

    /// <summary>The clips to train on, with a column <c>Path</c>.</summary>
    /// <exception cref="IOException">A folder or table is missing.</exception>
    /// <exception cref="InvalidDataException">There is no clip.</exception>
    public IDataView LoadTraining(MLContext context) => Load(context, TrainSplits);

    /// <summary>The clips to measure on, with a column <c>Path</c>; null where there are none.</summary>
    /// <exception cref="IOException">A folder or table is missing.</exception>
    /// <exception cref="InvalidDataException">There is no clip.</exception>
    public IDataView? LoadValidation(MLContext context) => ValidationSplits.IsEmpty ? null : Load(context, ValidationSplits);

    private IDataView Load(MLContext context, ImmutableArray<string> splits)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Kind switch
        {
            DataSetKind.AudioFolder => context.Data.LoadAudioFolder(splits.IsEmpty ? Root : Path.Combine(Root, splits.Single())),
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
