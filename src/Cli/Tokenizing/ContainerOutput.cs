using AudioBsq.Cli.Console;
using AudioBsq.Persistence;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>Writes the tokens of each clip to a container of its own. A container that is finished already is left as it is.</summary>
internal sealed class ContainerOutput(SoundInputs inputs, TokenPipeline pipeline, string modelName, Tally tally)
{
    /// <param name="output">A folder; or for a single clip a file, or - for standard output.</param>
    /// <param name="isOne">Whether the output is a single container.</param>
    /// <param name="report">Gets the number of clips that are done.</param>
    /// <param name="cancellation">Checked between two clips, and within a long one, of which then nothing is kept.</param>
    public void Run(string output, bool isOne, Action<double> report, CancellationToken cancellation)
    {
        var names = new OutputNames(output, ContainerFile.Extension);
        var pending = new List<(string Path, string Target)>();
        for (int i = 0; i < inputs.Paths.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            string place = inputs.Clips[i].Place, path = inputs.Paths[i];
            string target = isOne ? output : names.Next(place == StandardInput.Name ? "standard input" : place);
            if (!isOne && ContainerFile.IsFinished(target, pipeline.Model, path)) tally.Keep();
            else if (!isOne && Path.GetFullPath(target) == Path.GetFullPath(path)) tally.Refuse(path, "its container would replace it");
            else pending.Add((path, target));
        }

        report(tally.Total);
        int next = 0;
        foreach (var (path, clip, file, reason) in pipeline.Tokenize([.. pending.Select(clip => clip.Path)], cancellation))
        {
            string target = pending[next++].Target;
            if (clip is not null) Write(target, isOne, path, clip.Samples, [clip.Tokens], () => (clip.Samples, clip.Tokens.Length));
            else if (file is not null)
            {
                var tokens = file.Tokens(done => report(tally.Total + done), cancellation);
                Write(target, isOne, path, file.Declared, tokens, () => (file.Samples, file.TokenCount));
            }
            else tally.Refuse(inputs.Named(path), inputs.Named(reason));
            report(tally.Total);
        }
    }

    // The tokens of a long file are made while they are written, so their number is known only afterwards.
    private void Write(
        string target, bool isOne, string path, long? samples, IEnumerable<int[]> tokens, Func<(long Samples, long Tokens)> counted)
    {
        try
        {
            var header = ContainerFile.HeaderOf(pipeline.Model, modelName, inputs.SourceOf(path), ContainerFile.HashOf(path), samples);
            if (target == "-")
            {
                using var output = System.Console.OpenStandardOutput();
                ContainerFile.Write(output, header, tokens, () => counted().Samples);
            }
            else
            {
                if (!isOne) Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                using var file = new AtomicFile(target);
                ContainerFile.Write(file.Stream, header, tokens, () => counted().Samples);
                file.Commit();
            }

            tally.Count((double)counted().Samples / header.SampleRate, counted().Tokens);
        }
        catch (InvalidDataException damage)
        {
            tally.Refuse(inputs.Named(path), inputs.Named(damage.Message));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            tally.Refuse(target, failure.Message);
        }
    }
}
