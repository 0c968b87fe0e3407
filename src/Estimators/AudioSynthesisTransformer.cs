using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
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
            (row, capacity) => new SynthesisSession((mel, wanted) => _griffinLim.Synthesize(mel, wanted), row, column, _settings.Mel.Bands, samples, capacity));
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
}
