namespace AudioBsq.Training;

/// <summary>Writes the whole state of a run to files, and resumes from one.</summary>
internal sealed class TrainingCheckpoints(CheckpointOptions options, ITrainingState state, Func<string, Stream>? createFile)
{
    private readonly CheckpointFolder _folder = new(options, createFile);
    private readonly string _firstClip = state.FirstClip; // before another thread reads the data

    /// <summary>Writes a checkpoint if it is due.</summary>
    /// <param name="done">Steps done.</param>
    /// <param name="position">Where the data stands.</param>
    /// <param name="last">No step will follow.</param>
    public void Save(int done, SamplerPosition position, bool last)
    {
        if (!last && done % options.Every != 0) return;
        var checkpoint = new CheckpointState
        {
            Step = done,
            Position = position,
            Scalars = state.Scalars(),
            FirstClip = _firstClip,
            Model = state.Model,
            Training = state.Options,
        };
        _folder.Write(done, stream => CheckpointFile.Write(stream, checkpoint, state.Tensors));
    }

    /// <summary>Goes on where a checkpoint was written; returns the next step, 0 if there is no checkpoint, and where the data stands.</summary>
    /// <param name="note">Is told what was found.</param>
    /// <exception cref="InvalidDataException">The checkpoint that was asked for, or each one in the folder, is damaged.</exception>
    /// <exception cref="InvalidOperationException">The folder belongs to another run.</exception>
    public (int Step, SamplerPosition Position) Resume(Action<string> note)
    {
        var files = _folder.NewestFirst();
        (string Path, CheckpointState State)? found = options.ResumeFrom is { } path
            ? (path, CheckpointFile.ReadState(path))
            : options.Resume ? NewestWhole(files, note) : null;
        int step = found?.State.Step ?? 0;
        if ((options.ResumeFrom is not null || found is null) && files.Any(file => file.Step > step))
        {
            throw new InvalidOperationException(
                $"The folder {options.Folder} holds a checkpoint of step {files[0].Step}, later than where this run begins. "
                + "Choose another folder, remove it, or go on from it (Resume = true, ResumeFrom = null).");
        }

        if (found is not { } start) return (0, default);
        CheckFits(start.Path, start.State);
        state.Restore(start.State.Scalars);
        CheckpointFile.ReadTensors(start.Path, state.Tensors);
        note($"Training goes on after step {step} from {start.Path}.");
        return (step, start.State.Position);
    }

    private static (string Path, CheckpointState State)? NewestWhole(IReadOnlyList<(int Step, string Path)> files, Action<string> note)
    {
        InvalidDataException? damage = null;
        foreach (var (_, path) in files)
        {
            try
            {
                return (path, CheckpointFile.ReadState(path));
            }
            catch (InvalidDataException e)
            {
                damage ??= e;
                note($"A damaged checkpoint is left out: {e.Message}");
            }
        }

        if (damage is null) return null;
        throw new InvalidDataException($"None of the {files.Count} checkpoints can be read: {damage.Message} Remove them to begin anew.", damage);
    }

    private void CheckFits(string path, CheckpointState found)
    {
        if (found.Model != state.Model)
            throw new InvalidOperationException($"{path} is of another model: {found.Model}. Choose another folder, or train that model.");
        if (found.Training != state.Options)
            throw new InvalidOperationException($"{path} is of a run with other options: {found.Training}. Choose another folder, or go on with those.");
        if (found.FirstClip != _firstClip)
            throw new InvalidOperationException($"{path} is of a run on other data: its first clip was another. Choose another folder, or go on with that data.");
    }
}
