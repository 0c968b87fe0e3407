using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Vocoding;
using Microsoft.ML;
using Microsoft.ML.Runtime;

[assembly: LoadableTransformer(typeof(AudioSynthesisTransformer), "AUDBSQSY", "AudioBsqSynthesis")]

namespace AudioBsq.MLNet;

/// <summary>
/// Adds a column of waveforms to a column of mel spectrograms. A row's waveform does not depend on other rows. The weights of a vocoder
/// live in native memory until this transformer is disposed.
/// </summary>
public sealed class AudioSynthesisTransformer : AudioTransformer, ILoadableTransformer<AudioSynthesisTransformer>
{
    private const string VocoderEntry = "Vocoder.safetensors";

    private readonly string? _sampleCount;
    private readonly int _refinement;
    private readonly SharedResource<IWaveformSynthesizer>.Lease _synthesizer;

    internal AudioSynthesisTransformer(
        IHostEnvironment environment,
        ColumnNames columns,
        string? sampleCount,
        int refinement,
        SharedResource<IWaveformSynthesizer>.Lease synthesizer)
        : base(environment, columns, owned: synthesizer) =>
        (_sampleCount, _refinement, _synthesizer) = (sampleCount, refinement, synthesizer);

    /// <summary>
    /// What makes the sound, for use without ML.NET, as long as this transformer is not disposed: a <see cref="GriffinLim"/>, or the
    /// <see cref="NeuralVocoder"/> that was given, trained or loaded.
    /// </summary>
    public IWaveformSynthesizer Synthesizer => _synthesizer.Value;

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var synthesizer = Synthesizer;
        var column = MelRows.Find(Host, input, InputColumnName, synthesizer.Mel);
        DataViewSchema.Column? samples = _sampleCount is { } name ? FrameCounts.Find(Host, input, name) : null;
        return new BatchMapper(
            input,
            samples is { } s ? [column, s] : [column],
            [AudioColumn.OfWaveforms(OutputColumnName, synthesizer.SampleRate, samples is null ? LengthOf(column, synthesizer.Mel) : 0)],
            (row, capacity) => new SynthesisSession(Synthesize, row, column, synthesizer.Mel, samples, capacity))
        {
            MaxCursors = synthesizer is NeuralVocoder vocoder ? vocoder.Engine.MaxConcurrency : int.MaxValue,
        };
    }

    private static int LengthOf(DataViewSchema.Column column, MelOptions mel) =>
        SynthesisLength.Of(VectorSize.Of(column) / MelRows.ValuesPerFrame(column, mel), mel.HopLength, samples: null);

    private float[] Synthesize(float[] mel, int? samples)
    {
        using var use = _synthesizer.Borrow();
        return use.Value is NeuralVocoder vocoder ? vocoder.Synthesize(mel, samples, _refinement) : use.Value.Synthesize(mel, samples);
    }

    private protected override void Save(ModelWriter writer)
    {
        var settings = new SynthesisSettings(OutputColumnName, InputColumnName, _sampleCount, _refinement);
        switch (Synthesizer)
        {
            case GriffinLim griffinLim:
                writer.Options(settings with { Mel = griffinLim.Mel, GriffinLim = griffinLim.Options });
                break;
            case NeuralVocoder vocoder:
                writer.Options(settings);
                writer.Shared(VocoderEntry, vocoder, vocoder.Save);
                break;
            case var other:
                throw new NotSupportedException($"A {other.GetType().Name} cannot be saved in a pipeline: save the pipeline without it.");
        }
    }

    static AudioSynthesisTransformer ILoadableTransformer<AudioSynthesisTransformer>.Load(IHostEnvironment environment, ModelReader reader)
    {
        var settings = reader.Options<SynthesisSettings>(saved => saved.Validate());
        var synthesizer = settings is { Mel: { } mel, GriffinLim: { } options }
            ? new SharedResource<IWaveformSynthesizer>(new GriffinLim(mel, options))
            : reader.Shared(VocoderEntry, stream => ReadVocoder(stream, ModelDevice.Choose(environment)));
        return new AudioSynthesisTransformer(
            environment, new(settings.Output, settings.Input), settings.SampleCount, settings.RefinementIterations, synthesizer.Acquire());
    }

    private static SharedResource<IWaveformSynthesizer> ReadVocoder(Stream stream, string device) =>
        new(VocoderFile.Read(stream, VocoderEntry, device));
}
