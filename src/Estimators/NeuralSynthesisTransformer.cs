using AudioBsq.MLNet;
using AudioBsq.Vocoding;
using Microsoft.ML;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(NeuralSynthesisTransformer), null, typeof(SignatureLoadModel), "", NeuralSynthesisTransformer.LoaderSignature)]

namespace AudioBsq.MLNet;

/// <summary>
/// Adds a column of waveforms to a column of mel spectrograms, by a vocoder. What a row's waveform is does not depend on other rows. The
/// weights live in native memory until this transformer is disposed.
/// </summary>
public sealed class NeuralSynthesisTransformer : AudioTransformer
{
    internal const string LoaderSignature = "AudioBsqVocoder";
    internal const string VocoderEntry = "Vocoder.safetensors";

    private static readonly ModelFormat SavedAs = new("AUDBSQVO", LoaderSignature, typeof(NeuralSynthesisTransformer));

    private readonly SynthesisColumns _columns;
    private readonly SharedResource<NeuralVocoder>.Lease _vocoder;

    internal NeuralSynthesisTransformer(IHostEnvironment environment, SynthesisColumns columns, SharedResource<NeuralVocoder>.Lease vocoder)
        : base(environment, nameof(NeuralSynthesisTransformer)) => (_columns, _vocoder) = (columns, vocoder);

    /// <summary>The mel column that is read.</summary>
    public string InputColumnName => _columns.Input;

    /// <summary>The waveform column that is added.</summary>
    public string OutputColumnName => _columns.Output;

    /// <summary>The vocoder, for use without ML.NET, as long as this transformer is not disposed.</summary>
    public NeuralVocoder Vocoder => _vocoder.Value;

    private protected override ModelFormat Format => SavedAs;

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var mel = Vocoder.Mel;
        var column = MelRows.Find(Host, input, InputColumnName, mel);
        DataViewSchema.Column? samples = _columns.SampleCount is { } name ? FrameCounts.Find(Host, input, name) : null;
        return new BatchMapper(
            input,
            samples is { } s ? [column, s] : [column],
            [WaveformColumn.Create(OutputColumnName, mel.SampleRate)],
            (row, capacity) => new SynthesisSession(Synthesize, row, column, mel.Bands, samples, capacity))
        {
            MaxCursors = ModelDevice.MostCursors(Vocoder.Device),
        };
    }

    private protected override void Save(ModelWriter writer)
    {
        writer.Options(_columns);
        writer.Shared(VocoderEntry, Vocoder, Vocoder.Save);
    }

    private protected override void Free() => _vocoder.Dispose();

    private static NeuralSynthesisTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        var reader = new ModelReader(context, SavedAs);
        var columns = reader.Options<SynthesisColumns>(saved => saved.Validate());
        string device = ModelDevice.Choose(environment);
        var vocoder = reader.Shared(VocoderEntry, stream => new SharedResource<NeuralVocoder>(VocoderFile.Read(stream, VocoderEntry, device)));
        return new NeuralSynthesisTransformer(environment, columns, vocoder.Acquire());
    }

    private float[] Synthesize(float[] mel, int? samples)
    {
        using var use = _vocoder.Borrow();
        return use.Value.Synthesize(mel, samples, _columns.GriffinLimIterations);
    }
}
