using AudioBsq.MLNet;
using AudioBsq.Persistence;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using static Microsoft.ML.SchemaShape.Column;

[assembly: LoadableTransformer(typeof(AudioLoadingTransformer), "AUDBSQLD", "AudioBsqLoadAudio")]

namespace AudioBsq.MLNet;

/// <summary>Reads a sound file for each row: a path or a file's content becomes a mono waveform at one sample rate.</summary>
public sealed class AudioLoadingTransformer : AudioTransformer, ILoadableTransformer<AudioLoadingTransformer>
{
    internal AudioLoadingTransformer(IHostEnvironment environment, ColumnNames columns, AudioLoadingOptions options)
        : base(environment, columns)
    {
        Validate(columns, options);
        Options = options;
    }

    /// <summary>How the files are read.</summary>
    public AudioLoadingOptions Options { get; }

    internal static ColumnRule InputRule { get; } = new("String (a path) or vector of Byte (a file's content)", column =>
        !column.IsKey
        && (column.Kind == VectorKind.Scalar ? column.ItemType is TextDataViewType : column.ItemType == NumberDataViewType.Byte));

    private static ColumnRule TimeRule { get; } = NumberRule("seconds");

    private static ColumnRule SpeedRule { get; } = NumberRule("times as fast");

    internal static void Validate(ColumnNames columns, AudioLoadingOptions options)
    {
        columns.Validate();
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Check.That(
            options.ErrorColumn != columns.Output,
            options.ErrorColumn,
            $"must differ from the waveform's column '{columns.Output}'",
            nameof(options.ErrorColumn));
    }

    internal static IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(string output, AudioLoadingOptions options)
    {
        var waveform = AudioColumn.OfWaveforms(output, options.SampleRate, options.Samples);
        return options.ErrorColumn is null ? [waveform] : [waveform, new(options.ErrorColumn, TextDataViewType.Instance)];
    }

    /// <summary>The columns of numbers that the options name.</summary>
    internal static IEnumerable<(string Name, ColumnRule Rule)> NumberColumns(AudioLoadingOptions options)
    {
        if (options.StartColumn is { } start) yield return (start, TimeRule);
        if (options.EndColumn is { } end) yield return (end, TimeRule);
        if (options.SpeedColumn is { } speed) yield return (speed, SpeedRule);
    }

    private static ColumnRule NumberRule(string unit) => new($"Single ({unit})", column =>
        !column.IsKey && column.Kind == VectorKind.Scalar && column.ItemType == NumberDataViewType.Single);

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var column = InputRule.Find(Host, input, InputColumnName);
        var numbers = NumberColumns(Options).Select(column => column.Rule.Find(Host, input, column.Name));
        return new BatchMapper(
            input,
            [column, .. numbers],
            Outputs(OutputColumnName, Options),
            (row, capacity) => new AudioLoadingSession(Host, Options, row, column, capacity))
        {
            Origin = new ColumnOrigin(OptionsJson.Write(Options), path => Path.Combine(Options.Folder ?? "", path)),
        };
    }

    private protected override void Save(ModelWriter writer)
    {
        writer.Text(OutputColumnName);
        writer.Text(InputColumnName);
        writer.Options(Options);
    }

    static AudioLoadingTransformer ILoadableTransformer<AudioLoadingTransformer>.Load(IHostEnvironment environment, ModelReader reader) =>
        new(environment, new(reader.Text(), reader.Text()), reader.Options<AudioLoadingOptions>(options => options.Validate()));
}
