using AudioBsq.MLNet;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(MelSpectrogramTransformer), null, typeof(SignatureLoadModel), "", MelSpectrogramTransformer.Loader)]

namespace AudioBsq.MLNet;

/// <summary>Computes the mel spectrogram of each row's waveform: (frames, bands), row by row; empty for an empty waveform.</summary>
public sealed class MelSpectrogramTransformer : AudioTransformer
{
    internal const string Loader = "AudioBsqMelSpectrogram";

    private static readonly ModelFormat FormatOfFile = new("AUDBSQML", Loader, typeof(MelSpectrogramTransformer));

    private readonly MelSpectrogram _spectrogram;

    internal MelSpectrogramTransformer(IHostEnvironment environment, string output, string input, MelOptions options)
        : base(environment, nameof(MelSpectrogramTransformer))
    {
        Validate(output, input, options);
        (OutputColumnName, InputColumnName, _spectrogram) = (output, input, new MelSpectrogram(options));
    }

    /// <summary>Column of mel spectrograms.</summary>
    public string OutputColumnName { get; }

    /// <summary>Column of waveforms.</summary>
    public string InputColumnName { get; }

    /// <summary>How the spectrograms are made.</summary>
    public MelOptions Options => _spectrogram.Options;

    private protected override ModelFormat Format => FormatOfFile;

    internal static void Validate(string output, string input, MelOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(output);
        ArgumentException.ThrowIfNullOrEmpty(input);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
    }

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var column = ColumnRule.SingleVector.Find(Host, input, InputColumnName);
        if (WaveformColumn.TryGetSampleRate(column) is { } rate && rate != Options.SampleRate)
            throw ColumnRule.Mismatch(Host, InputColumnName, $"a waveform at {Options.SampleRate} Hz (MelOptions.SampleRate)", $"one at {rate} Hz");
        return new BatchMapper(input, [column], [MelColumn.Create(OutputColumnName, Options)], (row, capacity) => new Session(_spectrogram, row, column, capacity))
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

    private static MelSpectrogramTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        var reader = new ModelReader(context, FormatOfFile);
        return new MelSpectrogramTransformer(environment, reader.Text(), reader.Text(), reader.Options<MelOptions>(options => options.Validate()));
    }

    private sealed class Session(MelSpectrogram spectrogram, DataViewRow row, DataViewSchema.Column column, int capacity) : BatchSession
    {
        private readonly ValueGetter<VBuffer<float>> _read = row.GetGetter<VBuffer<float>>(column);
        private readonly float[][] _mels = new float[capacity][];
        private VBuffer<float> _waveform, _dense;

        public override void Collect(int slot)
        {
            _read(ref _waveform);
            if (!_waveform.IsDense) _waveform.CopyToDense(ref _dense);
            try
            {
                _mels[slot] = spectrogram.Extract((_waveform.IsDense ? _waveform : _dense).GetValues());
            }
            catch (ArgumentException rule)
            {
                throw new InvalidDataException($"Row {row.Position} of column '{column.Name}': {rule.Message}", rule);
            }
        }

        public override void Run(int count) { }

        public override Delegate Getter(int output, Func<int> slot) => VectorGetter<float>(() => _mels[slot()]);
    }
}
