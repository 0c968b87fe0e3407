using System.Globalization;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Decoding;

namespace AudioBsq.Cli.Streaming;

/// <summary>
/// Turns live tokens from standard input into sound as they come, until they end or are stopped by Ctrl+C. Live input cannot be repeated,
/// so what came before an error is kept, and the sound is always completed.
/// </summary>
internal sealed class LiveReconstruction(
    SynthesisPipeline pipeline, PcmSampleFormat format, Terminal terminal, CancellationToken cancellation)
{
    private const string Name = "standard input";

    private readonly int _rate = pipeline.Model.Mel.SampleRate;

    /// <summary>Writes samples without a header to a file, or for - to standard output.</summary>
    public void Run(string output, Tally tally)
    {
        using var sound = pipeline.Stream();
        Announce(sound);
        cancellation.ThrowIfCancellationRequested(); // before the sound begins, Ctrl+C does not end it: it stops the command
        // Unbuffered, so that a reader of the file or pipe gets samples as soon as they are final.
        using var stream = output == StandardInput.Name
            ? terminal.OpenOutput()
            : new FileStream(output, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        using var input = terminal.OpenInput();
        using var text = new StreamReader(new InterruptibleStream(input, cancellation));
        var lines = new TokenLineReader(text, pipeline.Model);
        long cut = 0;
        string problem = "";
        try
        {
            while (lines.Next() is { } tokens) cut += PcmWriter.Write(stream, sound.Accept(tokens), format);
        }
        catch (InvalidDataException cause)
        {
            if (!cancellation.IsCancellationRequested) problem = cause.Message; // Ctrl+C may come within a line
        }

        cut += PcmWriter.Write(stream, sound.End(), format);
        stream.Flush();
        double seconds = (double)sound.Samples / _rate;
        if (cut > 0)
        {
            string kept = PcmOptions.WordOf(PcmSampleFormat.F32Le);
            terminal.Say($"{cut} of {sound.Samples} samples were beyond full scale and are cut off; --pcm {kept} keeps them.");
        }

        if (problem.Length == 0 || sound.Samples > 0) tally.Count(seconds);
        string length = seconds.ToString("0.###", CultureInfo.InvariantCulture);
        if (problem.Length > 0 && sound.Samples > 0) tally.Complain(Name, $"{problem} What came before, {length} s, is kept.");
        else if (problem.Length > 0) tally.Refuse(Name, problem);
    }

    private void Announce(TokensToSound sound)
    {
        double all = Milliseconds(sound.LatencySamples), ahead = Milliseconds(sound.LookAheadSamples);
        string how = pipeline.Model.Options.IsCausal ? "" : ", a window at a time, since the model is not causal";
        terminal.Say(string.Concat(
            string.Create(
                CultureInfo.InvariantCulture,
                $"listening to tokens: sound, {PcmOptions.WordOf(format)} at {_rate:N0} Hz, mono, comes up to "),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{all:N0} ms behind the one that they are of (model {all - ahead:N0} ms, vocoder {ahead:N0} ms)"),
            $"{how}. Ctrl+C ends it."));
    }

    private double Milliseconds(int samples) => 1000.0 * samples / _rate;
}
