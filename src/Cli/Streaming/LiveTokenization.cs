using System.Globalization;
using System.Text;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Decoding;
using AudioBsq.Inference;
using AudioBsq.Tokens;

namespace AudioBsq.Cli.Streaming;

/// <summary>
/// Turns live sound from standard input into tokens as it comes, until it ends or is stopped by Ctrl+C. Live input cannot be repeated, so
/// what came before an error is kept, and a container is always completed.
/// </summary>
internal sealed class LiveTokenization(AudioBsqModel model, PcmFormat format, Terminal terminal, CancellationToken cancellation)
{
    private const string Name = "standard input";

    /// <summary>Writes lines or a container to a file, or for - to standard output.</summary>
    public void Run(string output, bool asContainer, string modelName, Tally tally)
    {
        Announce();
        cancellation.ThrowIfCancellationRequested(); // before the sound begins, Ctrl+C does not end it: it stops the command
        // Unbuffered, so that a reader of the file gets each chunk or line when it is written.
        using var file = output == StandardInput.Name
            ? null
            : new FileStream(output, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (asContainer)
        {
            using var stream = file ?? terminal.OpenOutput();
            var header = ContainerFile.HeaderOf(model, modelName, StandardInput.Name, sourceHash: null, samples: null);
            using var writer = new TokenWriter(stream, header, leaveOpen: true);
            writer.Complete(Listen(tokens => writer.Write(tokens), tally));
        }
        else
        {
            using var text = file is null ? null : new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            Listen(new TokenLineWriter(text ?? terminal.Output, model).Write, tally);
        }
    }

    // Returns the number of samples, at the model's rate.
    private long Listen(Action<int[]> write, Tally tally)
    {
        long tokens = 0;
        string problem = "";
        using var input = terminal.OpenInput();
        using var source = new PcmSource(new InterruptibleStream(input, cancellation), format, Name, mends: true);
        using var sound = new SoundToTokens(model, AudioFile.ReadBlocks(source, Name, model.Mel.SampleRate));
        try
        {
            while (sound.Next() is { } next) Write(next);
        }
        catch (InvalidDataException cause)
        {
            if (!cancellation.IsCancellationRequested) problem = cause.Message; // Ctrl+C may come within a frame
        }

        Write(sound.End());
        double seconds = (double)sound.Samples / model.Mel.SampleRate;
        if (problem.Length == 0 || sound.Samples > 0) tally.Count(seconds, tokens);
        string mended = string.Create(CultureInfo.InvariantCulture, $"{source.Mended:N0}");
        if (source.Mended > 0) tally.Complain(Name, $"{mended} samples were no finite numbers: 0 is in their place.");
        string length = seconds.ToString("0.###", CultureInfo.InvariantCulture);
        if (problem.Length > 0 && sound.Samples > 0) tally.Complain(Name, $"{problem} What came before, {length} s, is kept.");
        else if (problem.Length > 0) tally.Refuse(Name, problem);
        return sound.Samples;

        void Write(int[] next)
        {
            write(next);
            tokens += next.Length;
        }
    }

    private void Announce()
    {
        double latency = 1000.0 * StreamingTokenizer.LatencyOf(model.Options, model.Mel) / model.Mel.SampleRate;
        string channels = format.Channels == 1 ? "mono" : $"{format.Channels} channels";
        string how = model.Options.IsCausal ? "" : ", a window at a time, since the model is not causal";
        string sound =
            string.Create(
            CultureInfo.InvariantCulture, $"{PcmOptions.WordOf(format.SampleFormat)} at {format.SampleRate:N0} Hz, {channels}");
        terminal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"listening to {sound}: tokens come up to {latency:N0} ms behind the sound{how}. Ctrl+C ends it."));
    }
}
