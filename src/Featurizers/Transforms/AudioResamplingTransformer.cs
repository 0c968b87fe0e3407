using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableTransformer(typeof(AudioResamplingTransformer), "AUDBSQRS", "AudioBsqResampleAudio")]

namespace AudioBsq.MLNet;

/// <summary>Averages the channels of each row's waveform, and resamples it with a band-limited filter.</summary>
public sealed class AudioResamplingTransformer : AudioTransformer, ILoadableTransformer<AudioResamplingTransformer>
{
    private readonly ResamplingSettings _settings;

    internal AudioResamplingTransformer(IHostEnvironment environment, ResamplingSettings settings)
        : base(environment, new(settings.Output, settings.Input)) => _settings = settings;

    /// <summary>Samples per second of the output, in Hz.</summary>
    public int SampleRate => _settings.SampleRate;

    internal static ColumnRule RateRule { get; } = new("Int32 (samples per second)", column =>
        !column.IsKey && column.Kind == SchemaShape.Column.VectorKind.Scalar && column.ItemType == NumberDataViewType.Int32);

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var column = WaveformRows.Find(Host, input, InputColumnName);
        int channels = WaveformRows.ChannelsOf(Host, column, _settings.Channels);
        DataViewSchema.Column? rates = RateColumn(input, column);
        int? from = rates is null ? InputRate(column) : null;
        return new BatchMapper(
            input,
            rates is { } r ? [column, r] : [column],
            [AudioColumn.OfWaveforms(OutputColumnName, SampleRate, SizeOf(column, channels, from))],
            (row, capacity) => new WaveformSession(Resampling(row, rates, from, channels), row, column, capacity))
        {
            Origin = new ColumnOrigin(OptionsJson.Write(_settings with { InputSampleRate = from, Channels = channels })),
        };
    }

    private DataViewSchema.Column? RateColumn(DataViewSchema input, DataViewSchema.Column waveforms)
    {
        if (_settings.InputSampleRateColumn is not { } name) return null;
        if (AudioColumn.TryGetSampleRate(waveforms) is { } rate)
            throw ColumnRule.Mismatch(Host, InputColumnName, $"waveforms at the rates of column '{name}'", $"ones at {rate} Hz");
        return RateRule.Find(Host, input, name);
    }

    private int InputRate(DataViewSchema.Column column)
    {
        if (AudioColumn.TryGetSampleRate(column) is not { } rate)
        {
            return _settings.InputSampleRate ?? throw new ArgumentException(
                $"Column '{InputColumnName}' does not say its sample rate. Give it as inputSampleRate, or name the column that has each "
                + "row's as inputSampleRateColumnName.", nameof(column));
        }

        if (_settings.InputSampleRate is { } given && given != rate)
            throw ColumnRule.Mismatch(Host, InputColumnName, $"a waveform at {given} Hz (inputSampleRate)", $"one at {rate} Hz");
        return rate;
    }

    private int SizeOf(DataViewSchema.Column column, int channels, int? from)
    {
        if (_settings.Seconds is not null) return ClipLength.Of(_settings.Seconds, SampleRate);
        if (from is not { } rate) return 0;
        return checked((int)new Resampler(rate, SampleRate, _settings.Filter).LengthOf(VectorSize.Of(column) / channels));
    }

    /// <summary>Interleaved samples of the current row → its waveform.</summary>
    private Func<ReadOnlySpan<float>, float[]> Resampling(DataViewRow row, DataViewSchema.Column? rates, int? from, int channels)
    {
        var readRate = rates is { } column ? row.GetGetter<int>(column) : null;
        int rate = from ?? 0, samples = ClipLength.Of(_settings.Seconds, SampleRate);
        Resampler? resampler = null;
        return interleaved =>
        {
            readRate?.Invoke(ref rate);
            if (resampler?.FromRate != rate) resampler = new Resampler(rate, SampleRate, _settings.Filter);
            return ClipLength.Fit(resampler.Process(Mono(interleaved, channels)), samples);
        };
    }

    private static ReadOnlySpan<float> Mono(ReadOnlySpan<float> interleaved, int channels)
    {
        if (channels == 1) return interleaved;
        if (interleaved.Length % channels != 0)
            throw new ArgumentException($"{interleaved.Length} samples are no whole number of frames of {channels} channels.");
        return MonoBlocks.Mix(interleaved.ToArray(), channels);
    }

    private protected override void Save(ModelWriter writer) => writer.Options(_settings);

    static AudioResamplingTransformer ILoadableTransformer<AudioResamplingTransformer>.Load(
        IHostEnvironment environment, ModelReader reader) =>
        new(environment, reader.Options<ResamplingSettings>(settings => settings.Validate()));
}
