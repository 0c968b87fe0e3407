using System.Globalization;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using AudioBsq.Vocoding;

namespace AudioBsq.Cli.Evaluation;

/// <summary>How mel spectrograms become sound.</summary>
internal sealed class Synthesis : IDisposable
{
    private readonly Func<float[], int, CancellationToken, float[]> _run;
    private readonly NeuralVocoder? _vocoder;

    private Synthesis(string name, Func<float[], int, CancellationToken, float[]> run, NeuralVocoder? vocoder = null) =>
        (Name, _run, _vocoder) = (name, run, vocoder);

    /// <summary>What it is, for a person.</summary>
    public string Name { get; }

    /// <param name="mel">How the spectrograms are made.</param>
    /// <param name="rounds">Rounds of Griffin-Lim; the default when null.</param>
    public static Synthesis GriffinLim(MelOptions mel, int? rounds = null)
    {
        var options = new GriffinLimOptions();
        if (rounds is { } given) options = options with { Iterations = given };
        var search = new GriffinLim(mel, options);
        return new Synthesis(
            Text($"fast Griffin-Lim of {options.Iterations} rounds"),
            (frames, samples, cancellation) => search.Synthesize(frames, samples, cancellation));
    }

    /// <param name="vocoder">The vocoder, which is disposed with this.</param>
    /// <param name="file">Its file.</param>
    /// <param name="mel">How the spectrograms are made.</param>
    /// <param name="rounds">Rounds of Griffin-Lim that refine its phases.</param>
    /// <exception cref="InvalidDataException">The vocoder is for other spectrograms.</exception>
    public static Synthesis Vocoder(NeuralVocoder vocoder, string file, MelOptions mel, int rounds)
    {
        if (vocoder.Mel != mel)
        {
            vocoder.Dispose();
            var (found, wanted) = OptionsDifference.Of(vocoder.Mel, mel);
            throw new InvalidDataException(
                $"'{file}' is for other mel spectrograms than the tokenizer's: {found}, not {wanted}. "
                + "Train one with 'audiobsq train-vocoder --tokenizer'.");
        }

        string refined = rounds > 0 ? Text($" and {rounds} rounds of Griffin-Lim") : "";
        return new Synthesis(
            Text($"the neural vocoder {Path.GetFileName(file)} of {vocoder.ParameterCount:N0} parameters{refined}"),
            (frames, samples, cancellation) => vocoder.Synthesize(frames, samples, rounds, cancellation),
            vocoder);
    }

    /// <summary>Mel spectrogram (frames, bands) → so many samples.</summary>
    public float[] Run(float[] mel, int samples, CancellationToken cancellation) => _run(mel, samples, cancellation);

    public void Dispose() => _vocoder?.Dispose();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
