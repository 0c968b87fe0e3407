using AudioBsq.MLNet;
using AudioBsq.Persistence;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AudioLoadingTransformer), null, typeof(SignatureLoadModel), "", AudioLoadingTransformer.Loader)]

namespace AudioBsq.MLNet;

/// <summary>Reads a sound file for each row: a path or a file's content becomes a mono waveform at one sample rate.</summary>
public sealed class AudioLoadingTransformer : AudioTransformer
{
    internal const string Loader = "AudioBsqLoadAudio";

    private static readonly ModelFormat FormatOfFile = new("AUDBSQLD", Loader, typeof(AudioLoadingTransformer));

    internal AudioLoadingTransformer(IHostEnvironment environment, string output, string input, AudioLoadingOptions options)
        : base(environment, nameof(AudioLoadingTransformer))
    {
        Validate(output, input, options);
        (OutputColumnName, InputColumnName, Options) = (output, input, options);
    }

    /// <summary>Column of waveforms.</summary>
    public string OutputColumnName { get; }

    /// <summary>Column of paths or contents.</summary>
    public string InputColumnName { get; }

    /// <summary>How the files are read.</summary>
    public AudioLoadingOptions Options { get; }

    internal static ColumnRule InputRule { get; } = new("String (a path) or vector of Byte (a file's content)", column =>
        !column.IsKey && (column.Kind == SchemaShape.Column.VectorKind.Scalar ? column.ItemType is TextDataViewType : column.ItemType == NumberDataViewType.Byte));

    internal static ColumnRule TimeRule { get; } = new("Single (seconds)", column =>
        !column.IsKey && column.Kind == SchemaShape.Column.VectorKind.Scalar && column.ItemType == NumberDataViewType.Single);

    private protected override ModelFormat Format => FormatOfFile;

    internal static void Validate(string output, string input, AudioLoadingOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(output);
        ArgumentException.ThrowIfNullOrEmpty(input);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Check.That(options.ErrorColumn != output, options.ErrorColumn, $"must differ from the waveform's column '{output}'", nameof(options.ErrorColumn));
    }

    internal static IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(string output, AudioLoadingOptions options)
    {
        var waveform = WaveformColumn.Create(output, options.SampleRate);
        return options.ErrorColumn is null ? [waveform] : [waveform, new(options.ErrorColumn, TextDataViewType.Instance)];
    }

    internal static IEnumerable<string> TimeColumns(AudioLoadingOptions options) => new[] { options.StartColumn, options.EndColumn }.OfType<string>();

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var column = InputRule.Find(Host, input, InputColumnName);
        var times = TimeColumns(Options).Select(name => TimeRule.Find(Host, input, name));
        return new BatchMapper(input, [column, .. times], Outputs(OutputColumnName, Options), (row, capacity) => new AudioLoadingSession(Host, Options, row, column, capacity))
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

    private static AudioLoadingTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        var reader = new ModelReader(context, FormatOfFile);
        return new AudioLoadingTransformer(environment, reader.Text(), reader.Text(), reader.Options<AudioLoadingOptions>(options => options.Validate()));
    }
}
