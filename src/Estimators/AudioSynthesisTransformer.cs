using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AudioSynthesisTransformer), null, typeof(SignatureLoadModel), "", AudioSynthesisTransformer.LoaderSignature)]

namespace AudioBsq.MLNet;

/// <summary>Adds a column of waveforms to a column of mel spectrograms. The same spectrogram and seed always give the same samples.</summary>
public sealed class AudioSynthesisTransformer : AudioTransformer
{
    internal const string LoaderSignature = "AudioBsqSynthesis";

    private static readonly ModelFormat SavedAs = new("AUDBSQSY", LoaderSignature, typeof(AudioSynthesisTransformer));

    private readonly Settings _settings;
    private readonly GriffinLim _griffinLim;

    internal AudioSynthesisTransformer(IHostEnvironment environment, Settings settings)
        : base(environment, nameof(AudioSynthesisTransformer)) => (_settings, _griffinLim) = (settings, new GriffinLim(settings.Mel, settings.GriffinLim));

    private protected override ModelFormat Format => SavedAs;

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var column = MelRows.Find(Host, input, _settings.Input, _settings.Mel);
        DataViewSchema.Column? samples = _settings.SampleCount is { } name ? FrameCounts.Find(Host, input, name) : null;
        return new BatchMapper(
            input,
            samples is { } s ? [column, s] : [column],
            [WaveformColumn.Create(_settings.Output, _settings.Mel.SampleRate)],
            (row, capacity) => new Session(this, row, column, samples, capacity));
    }

    private protected override void Save(ModelWriter writer) => writer.Options(_settings);

    private static AudioSynthesisTransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
        new(environment, new ModelReader(context, SavedAs).Options<Settings>(settings => settings.Validate()));

    /// <summary>What is saved.</summary>
    internal sealed record Settings(string Output, string Input, string? SampleCount, MelOptions Mel, GriffinLimOptions GriffinLim)
    {
        public void Validate()
        {
            ArgumentException.ThrowIfNullOrEmpty(Output);
            ArgumentException.ThrowIfNullOrEmpty(Input);
            Check.That(SampleCount is not "", SampleCount, "must be null or a name");
            ArgumentNullException.ThrowIfNull(Mel);
            ArgumentNullException.ThrowIfNull(GriffinLim);
            Mel.Validate();
            GriffinLim.Validate();
        }
    }

    // Slots: one waveform each.
    private sealed class Session(AudioSynthesisTransformer owner, DataViewRow row, DataViewSchema.Column column, DataViewSchema.Column? samples, int capacity) : BatchSession
    {
        private readonly ValueGetter<VBuffer<float>> _mel = row.GetGetter<VBuffer<float>>(column);
        private readonly ValueGetter<int>? _samples = samples is { } count ? row.GetGetter<int>(count) : null;
        private readonly float[][] _waveforms = new float[capacity][];
        private VBuffer<float> _row;

        public override void Collect(int slot)
        {
            _mel(ref _row);
            float[] mel = MelRows.Values(_row, column.Name, owner._settings.Mel.Bands, row.Position);
            int wanted = 0;
            _samples?.Invoke(ref wanted);
            try
            {
                _waveforms[slot] = owner._griffinLim.Synthesize(mel, _samples is null ? null : wanted);
            }
            catch (ArgumentException rule)
            {
                throw new InvalidDataException($"Row {row.Position} of column '{column.Name}': {rule.Message}", rule);
            }
        }

        public override void Run(int count)
        {
        }

        public override Delegate Getter(int output, Func<int> slot) => VectorGetter<float>(() => _waveforms[slot()]);
    }
}
