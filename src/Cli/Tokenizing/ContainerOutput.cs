using AudioBsq.Cli.Console;
using AudioBsq.Persistence;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>Writes each clip's tokens to a container of its own. One that is there, whole, of this model and of this sound, is left as it is.</summary>
internal sealed class ContainerOutput(SoundInputs inputs, TokenPipeline pipeline, string modelName, Tally tally)
{
    /// <param name="output">A folder, or of one clip the file, or - for standard output.</param>
    /// <param name="isOne">It is no folder.</param>
    /// <param name="report">Told how many clips are done.</param>
    /// <param name="cancellation">Stops between two clips, or within a long one, of which nothing is kept then.</param>
    public void Run(string output, bool isOne, Action<double> report, CancellationToken cancellation)
    {
        var names = new OutputNames(output, ContainerFile.Extension);
        var pending = new List<(string Path, string Target)>();
        for (int i = 0; i < inputs.Paths.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            string place = inputs.Clips[i].Place, path = inputs.Paths[i], target = isOne ? output : names.Next(place == StandardInput.Name ? "standard input" : place);
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
            else if (file is not null) Write(target, isOne, path, file.Declared, file.Tokens(done => report(tally.Total + done), cancellation), () => (file.Samples, file.TokenCount));
            else tally.Refuse(inputs.Named(path), inputs.Named(reason));
            report(tally.Total);
        }
    }

    // The tokens may be made only while they are written: what they came to is asked for behind the last one.
    private void Write(string target, bool isOne, string path, long? samples, IEnumerable<int[]> tokens, Func<(long Samples, long Tokens)> counted)
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
