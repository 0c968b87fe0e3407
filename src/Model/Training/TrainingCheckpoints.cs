using AudioBsq.Persistence;

namespace AudioBsq.Training;

/// <summary>Writes the state of a training run to files, and resumes from one.</summary>
internal sealed class TrainingCheckpoints(CheckpointOptions options, ITrainingState state, Func<string, Stream>? createFile)
{
    private readonly CheckpointFolder _folder = new(options, createFile);

    private readonly string _firstClip = SharedStart.FirstClipOf(state); // read now, before another thread reads the data

    /// <summary>Writes a checkpoint if it is due.</summary>
    /// <param name="done">Steps done.</param>
    /// <param name="position">Position in the data.</param>
    /// <param name="last">Whether this was the last step.</param>
    public void Save(int done, SamplerPosition position, bool last)
    {
        if (!last && done % options.Every != 0) return;
        var checkpoint = new CheckpointState
        {
            Step = done,
            Position = position,
            Scalars = state.Scalars(),
            FirstClip = _firstClip,
            Model = OptionsJson.Write(state.Model),
            Training = OptionsJson.Write(state.Options),
        };
        _folder.Write(done, stream => CheckpointFile.Write(stream, checkpoint, state.Tensors));
    }

    /// <summary>
    /// Restores the newest checkpoint, or the one to resume from. Returns the
    /// next step, 0 without a checkpoint, and the position in the data.
    /// </summary>
    /// <param name="note">Called with what was found, as text.</param>
    /// <exception cref="InvalidDataException">The checkpoint to resume from is damaged, or all in the folder are.</exception>
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
        throw new InvalidDataException(
            $"None of the {files.Count} checkpoints can be read: {damage.Message} Remove them to train from the first step.", damage);
    }

    private void CheckFits(string path, CheckpointState found)
    {
        Compare("is of another model", found.Model, state.Model, "train that model");
        Compare("is of a run with other options", found.Training, state.Options, "resume with those options");
        if (found.FirstClip != _firstClip) throw Misfit("is of a run on other data: its first clip differs", "resume with that data");

        void Compare(string difference, string saved, object own, string remedy)
        {
            var (theirs, ours) = OptionsDifference.OfSaved(saved, own, path);
            if (theirs.Length > 0) throw Misfit($"{difference}: {theirs}, and not {ours}", remedy);
        }

        InvalidOperationException Misfit(string difference, string remedy) =>
            new($"{path} {difference}. Choose another folder, or {remedy}.");
    }
}
