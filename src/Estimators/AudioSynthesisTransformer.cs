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
        var column = ColumnRule.SingleVector.Find(Host, input, _settings.Input);
        if (MelColumn.TryGetOptions(column) is { } mel && mel != _settings.Mel) throw ColumnRule.Mismatch(Host, _settings.Input, _settings.Mel.ToString(), mel.ToString());
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
            ArgumentNullException.ThrowIfNull(Mel);
            ArgumentNullException.ThrowIfNull(GriffinLim);
            Mel.Validate();
            GriffinLim.Validate();
        }
    }

    // Slots: one mel spectrogram each, and the samples wanted; results: its waveform.
    private sealed class Session(AudioSynthesisTransformer owner, DataViewRow row, DataViewSchema.Column column, DataViewSchema.Column? samples, int capacity) : BatchSession
    {
        private readonly ValueGetter<VBuffer<float>> _mel = row.GetGetter<VBuffer<float>>(column);
        private readonly ValueGetter<int>? _samples = samples is { } count ? row.GetGetter<int>(count) : null;
        private readonly float[][] _mels = new float[capacity][], _waveforms = new float[capacity][];
        private readonly int?[] _wanted = new int?[capacity];
        private VBuffer<float> _row;

        public override void Collect(int slot)
        {
            _mel(ref _row);
            _mels[slot] = MelRows.Values(_row, column.Name, owner._settings.Mel.Bands, row.Position);
            if (_samples is null) return;
            int wanted = 0;
            _samples(ref wanted);
            _wanted[slot] = wanted;
        }

        public override void Run(int count)
        {
            for (int i = 0; i < count; i++) _waveforms[i] = owner._griffinLim.Synthesize(_mels[i], _wanted[i]);
        }

        public override Delegate Getter(int output, Func<int> slot) => VectorGetter<float>(() => _waveforms[slot()]);
    }
}
