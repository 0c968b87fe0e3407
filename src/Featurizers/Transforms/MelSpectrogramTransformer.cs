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
    private int _assumesRate; // 1 until a warning said so

    /// <param name="environment">Where the component registers its host.</param>
    /// <param name="columns">Mel and waveform column.</param>
    /// <param name="options">How the spectrograms are made.</param>
    /// <param name="assumesRate">Whether the sample rate is a default that nobody stated.</param>
    internal MelSpectrogramTransformer(
        IHostEnvironment environment, ColumnNames columns, MelOptions options, bool assumesRate = false)
        : base(environment, columns)
    {
        Validate(columns, options);
        _spectrogram = new MelSpectrogram(options);
        _assumesRate = assumesRate ? 1 : 0;
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
        if (AudioColumn.TryGetSampleRate(column) is null && Interlocked.Exchange(ref _assumesRate, 0) == 1) WarnOfRate();
        return new BatchMapper(
            input,
            [column],
            [AudioColumn.OfMels(OutputColumnName, Options, Options.FramesOf(VectorSize.Of(column)))],
            (row, capacity) => new WaveformSession(_spectrogram.Extract, row, column, capacity))
        {
            Origin = new ColumnOrigin(OptionsJson.Write(Options)),
        };
    }

    private void WarnOfRate()
    {
        string rate = FormattableString.Invariant($"{Options.SampleRate}");
        Host.Warn(
            "ExtractMelSpectrogram",
            $"Column '{InputColumnName}' does not say its sample rate, so {rate} Hz is assumed. If that is right, state it with "
            + $"sampleRate: {rate}; if not, put ResampleAudio before, with the right inputSampleRate.");
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
