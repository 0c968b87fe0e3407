using System.Globalization;
using System.Text;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Decoding;
using AudioBsq.Inference;
using AudioBsq.Tokens;

namespace AudioBsq.Cli.Streaming;

/// <summary>
/// Turns live sound from standard input into tokens as it comes, until it ends or Ctrl+C ends it. It cannot be said again: what came before
/// an error is kept, and a container is always completed.
/// </summary>
internal sealed class LiveTokenization(AudioBsqModel model, PcmFormat format, Terminal terminal, CancellationToken cancellation)
{
    private const string Name = "standard input";

    /// <summary>Lines or a container, to a file or, for -, to standard output.</summary>
    public void Run(string output, bool asContainer, string modelName, Tally tally)
    {
        Announce();
        cancellation.ThrowIfCancellationRequested(); // before the sound's beginning it is no end of it
        // Unbuffered: whoever follows the file sees a chunk or line when it is written.
        using var file = output == StandardInput.Name ? null : new FileStream(output, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (asContainer)
        {
            using var stream = file ?? terminal.OpenOutput();
            using var writer = new TokenWriter(stream, ContainerFile.HeaderOf(model, modelName, StandardInput.Name, sourceHash: null, samples: null), leaveOpen: true);
            writer.Complete(Listen(tokens => writer.Write(tokens), tally));
        }
        else
        {
            using var text = file is null ? null : new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            Listen(new TokenLineWriter(text ?? terminal.Output, model).Write, tally);
        }
    }

    // Gives the number of samples, at the model's rate.
    private long Listen(Action<int[]> take, Tally tally)
    {
        long tokens = 0;
        string problem = "";
        using var input = terminal.OpenInput();
        using var source = new PcmSource(new InterruptibleStream(input, cancellation), format, Name);
        using var sound = new SoundToTokens(model, AudioFile.ReadBlocks(source, Name, model.Mel.SampleRate));
        try
        {
            while (sound.Next() is { } next) Take(next);
        }
        catch (InvalidDataException cause)
        {
            if (!cancellation.IsCancellationRequested) problem = cause.Message; // Ctrl+C may come within a frame
        }

        Take(sound.End());
        double seconds = (double)sound.Samples / model.Mel.SampleRate;
        if (problem.Length == 0 || sound.Samples > 0) tally.Count(seconds, tokens);
        if (problem.Length > 0 && sound.Samples > 0) tally.Complain(Name, $"{problem} What came before, {seconds.ToString("0.###", CultureInfo.InvariantCulture)} s, is kept.");
        else if (problem.Length > 0) tally.Refuse(Name, problem);
        return sound.Samples;

        void Take(int[] next)
        {
            take(next);
            tokens += next.Length;
        }
    }

    private void Announce()
    {
        double latency = 1000.0 * StreamingTokenizer.LatencyOf(model.Options, model.Mel) / model.Mel.SampleRate;
        string channels = format.Channels == 1 ? "mono" : $"{format.Channels} channels";
        string how = model.Options.IsCausal ? "" : ", a window at a time, since the model is not causal";
        terminal.Say(string.Create(CultureInfo.InvariantCulture,
            $"listening to {PcmOptions.WordOf(format.SampleFormat)} at {format.SampleRate:N0} Hz, {channels}: tokens come up to {latency:N0} ms behind the sound{how}. Ctrl+C ends it."));
    }
}
