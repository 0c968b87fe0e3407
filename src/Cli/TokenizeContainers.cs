namespace AudioBsq.Cli;

/// <summary>Writes each clip's tokens to a container of its own. One that is there, whole, of this model and of this sound, is left as it is.</summary>
internal sealed class TokenizeContainers(TokenizeInputs inputs, TokenPipeline pipeline, string modelName, Tally tally)
{
    /// <param name="output">A folder, or of one clip the file, or - for standard output.</param>
    /// <param name="isOne">It is no folder.</param>
    /// <param name="report">Told how many clips are done.</param>
    /// <param name="cancellation">Stops between two clips.</param>
    public void Run(string output, bool isOne, Action<long> report, CancellationToken cancellation)
    {
        var names = new ClipNames(output, ContainerFile.Extension);
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
        foreach (var (path, clip, reason) in pipeline.Tokenize([.. pending.Select(clip => clip.Path)], cancellation))
        {
            string target = pending[next++].Target;
            if (clip is null) tally.Refuse(inputs.Named(path), inputs.Named(reason));
            else Write(target, isOne, path, inputs.Named(clip));
            report(tally.Total);
        }
    }

    private void Write(string target, bool isOne, string path, ClipTokens clip)
    {
        try
        {
            string hash = ContainerFile.HashOf(path);
            if (target == "-")
            {
                using var output = Console.OpenStandardOutput();
                ContainerFile.Write(output, clip, pipeline.Model, modelName, hash);
            }
            else
            {
                if (!isOne) Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                using var file = new WholeFile(target);
                ContainerFile.Write(file.Stream, clip, pipeline.Model, modelName, hash);
                file.Keep();
            }

            tally.Count(clip.Seconds, clip.Tokens.Length);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            tally.Refuse(target, failure.Message);
        }
    }
}
