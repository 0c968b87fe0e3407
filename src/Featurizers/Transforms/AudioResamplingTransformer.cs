using AudioBsq.MLNet;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Runtime;

[assembly: LoadableTransformer(typeof(AudioResamplingTransformer), "AUDBSQRS", "AudioBsqResampleAudio")]

namespace AudioBsq.MLNet;

/// <summary>Resamples each row's waveform with a band-limited filter.</summary>
public sealed class AudioResamplingTransformer : AudioTransformer, ILoadableTransformer<AudioResamplingTransformer>
{
    private readonly ResamplingSettings _settings;

    internal AudioResamplingTransformer(IHostEnvironment environment, ResamplingSettings settings)
        : base(environment, new(settings.Output, settings.Input)) => _settings = settings;

    /// <summary>Samples per second of the output, in Hz.</summary>
    public int SampleRate => _settings.SampleRate;

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var column = ColumnRule.SingleVector.Find(Host, input, InputColumnName);
        int from = InputRate(column);
        var resampler = new Resampler(from, SampleRate, _settings.Filter);
        return new BatchMapper(
            input,
            [column],
            [AudioColumn.OfWaveforms(OutputColumnName, SampleRate)],
            (row, capacity) => new WaveformSession(resampler.Process, row, column, capacity))
        {
            Origin = new ColumnOrigin(OptionsJson.Write(_settings with { InputSampleRate = from })),
        };
    }

    private int InputRate(DataViewSchema.Column column)
    {
        if (AudioColumn.TryGetSampleRate(column) is not { } rate)
        {
            return _settings.InputSampleRate ?? throw new ArgumentException(
                $"Column '{InputColumnName}' does not say its sample rate. Give it as inputSampleRate.", nameof(column));
        }

        if (_settings.InputSampleRate is { } given && given != rate)
            throw ColumnRule.Mismatch(Host, InputColumnName, $"a waveform at {given} Hz (inputSampleRate)", $"one at {rate} Hz");
        return rate;
    }

    private protected override void Save(ModelWriter writer) => writer.Options(_settings);

    static AudioResamplingTransformer ILoadableTransformer<AudioResamplingTransformer>.Load(
        IHostEnvironment environment, ModelReader reader) =>
        new(environment, reader.Options<ResamplingSettings>(settings => settings.Validate()));
}
