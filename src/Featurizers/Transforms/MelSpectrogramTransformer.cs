using AudioBsq.MLNet;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Runtime;

[assembly: LoadableTransformer(typeof(MelSpectrogramTransformer), "AUDBSQML", "AudioBsqMelSpectrogram")]

namespace AudioBsq.MLNet;

/// <summary>Computes the mel spectrogram of each row's waveform: (frames, bands), row by row; empty for an empty waveform.</summary>
public sealed class MelSpectrogramTransformer : AudioTransformer, ILoadableTransformer<MelSpectrogramTransformer>
{
    private readonly MelSpectrogram _spectrogram;

    internal MelSpectrogramTransformer(IHostEnvironment environment, ColumnNames columns, MelOptions options)
        : base(environment, columns)
    {
        Validate(columns, options);
        _spectrogram = new MelSpectrogram(options);
    }

    /// <summary>How the spectrograms are made.</summary>
    public MelOptions Options => _spectrogram.Options;

    internal static void Validate(ColumnNames columns, MelOptions options)
    {
        columns.Validate();
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
    }

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var column = WaveformRows.Find(Host, input, InputColumnName, Options.SampleRate);
        return new BatchMapper(
            input,
            [column],
            [AudioColumn.OfMels(OutputColumnName, Options)],
            (row, capacity) => new WaveformSession(_spectrogram.Extract, row, column, capacity))
        {
            Origin = new ColumnOrigin(OptionsJson.Write(Options)),
        };
    }

    private protected override void Save(ModelWriter writer)
    {
        writer.Text(OutputColumnName);
        writer.Text(InputColumnName);
        writer.Options(Options);
    }

    static MelSpectrogramTransformer ILoadableTransformer<MelSpectrogramTransformer>.Load(
        IHostEnvironment environment, ModelReader reader) =>
        new(environment, new(reader.Text(), reader.Text()), reader.Options<MelOptions>(options => options.Validate()));
}
