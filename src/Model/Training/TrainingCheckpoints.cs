using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AudioBsq.Persistence;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Writes the whole state of a run to files, and takes it from one.</summary>
internal sealed class TrainingCheckpoints(
    ModelContent model, TrainingOptions options, TrainingData data, Trainer trainer, BestWeights best, Func<string, Stream>? createFile)
{
    private readonly CheckpointOptions _checkpoints = options.Checkpoints!;
    private readonly CheckpointFolder _folder = new(options.Checkpoints!, createFile);
    private readonly string _firstClip = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(data.Clips(0).FirstOrDefault().AsSpan())));

    /// <summary>Writes a checkpoint if it is due.</summary>
    /// <param name="done">Steps done.</param>
    /// <param name="position">Where the data stands.</param>
    /// <param name="last">No step will follow.</param>
    public void Save(int done, SamplerPosition position, bool last)
    {
        if (!last && done % _checkpoints.Every != 0) return;
        var state = new CheckpointState
        {
            Step = done,
            Position = position,
            OptimizerSteps = trainer.Optimizer.Steps,
            DiscriminatorSteps = trainer.Adversary?.Optimizer.Steps ?? 0,
            EmaUpdates = trainer.Ema?.Updates ?? 0,
            Skipped = trainer.Skipped,
            SkippedInARow = trainer.SkippedInARow,
            LowestError = best.Lowest,
            Misses = best.Misses,
            FirstClip = _firstClip,
            Model = model.Options,
            Training = Essential(options),
        };
        _folder.Write(done, stream => CheckpointFile.Write(stream, state, Tensors()));
    }

    /// <summary>Takes up the run where a checkpoint left it; returns the next step, 0 if there is no checkpoint, and where the data stands.</summary>
    /// <param name="note">Is told what was found.</param>
    /// <exception cref="InvalidDataException">The checkpoint that was asked for, or each one in the folder, is damaged.</exception>
    /// <exception cref="InvalidOperationException">The folder belongs to another run.</exception>
    public (int Step, SamplerPosition Position) Resume(Action<string> note)
    {
        var files = _folder.NewestFirst();
        (string Path, CheckpointState State)? found = _checkpoints.ResumeFrom is { } path
            ? (path, CheckpointFile.ReadState(path))
            : _checkpoints.Resume ? NewestWhole(files, note) : null;
        int step = found?.State.Step ?? 0;
        if ((_checkpoints.ResumeFrom is not null || found is null) && files.Any(file => file.Step > step))
        {
            throw new InvalidOperationException(
                $"The folder {_checkpoints.Folder} holds a checkpoint of step {files[0].Step}, later than where this run begins. Choose another folder, remove it, or go on from it (Resume = true, ResumeFrom = null).");
        }

        if (found is not { } start) return (0, default);
        CheckFits(start.Path, start.State);
        Restore(start.Path, start.State);
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

        return damage is null ? null : throw new InvalidDataException($"None of the {files.Count} checkpoints can be read: {damage.Message} Remove them to begin anew.", damage);
    }

    private void CheckFits(string path, CheckpointState state)
    {
        if (state.Model != model.Options) throw new InvalidOperationException($"{path} is of another model: {OptionsJson.Write(state.Model)}. Choose another folder, or train that model.");
        if (Essential(state.Training) != Essential(options)) // of both: an older file lacks what was added since
            throw new InvalidOperationException($"{path} is of a run with other options: {OptionsJson.Write(state.Training)}. Choose another folder, or go on with those.");
        if (state.FirstClip != _firstClip) throw new InvalidOperationException($"{path} is of a run on other data: its first clip was another. Choose another folder, or go on with that data.");
    }

    private void Restore(string path, CheckpointState state)
    {
        (trainer.Optimizer.Steps, trainer.Skipped, trainer.SkippedInARow) = (state.OptimizerSteps, state.Skipped, state.SkippedInARow);
        if (trainer.Adversary is { } adversary) adversary.Optimizer.Steps = state.DiscriminatorSteps;
        if (trainer.Ema is { } ema) ema.Updates = state.EmaUpdates;
        best.Resume(model.Network, state.LowestError, state.Misses);
        CheckpointFile.ReadTensors(path, Tensors());
    }

    // What may change from one part of a run to the next: how long it is, where it runs, how data reaches it, and what it tells.
    private static TrainingOptions Essential(TrainingOptions options) => options with
    {
        MaxSteps = 1,
        Device = "auto",
        Ema = options.Ema is null ? null : options.Ema with { Device = null },
        ActivationCheckpointing = false,
        ReadAheadClips = 0,
        ReportEvery = 1,
        ValidateEvery = 1,
        SampleClips = 0,
        Patience = 0,
        Checkpoints = null,
    };

    private List<(string Name, Tensor Tensor)> Tensors()
    {
        IEnumerable<(string, Tensor)> Named(string prefix, IEnumerable<(string Name, Tensor Tensor)>? tensors) =>
            tensors?.Select(t => ($"{prefix}.{t.Name}", t.Tensor)) ?? [];

        return
        [
            .. Named("model", model.Network.state_dict().Select(entry => (entry.Key, entry.Value))),
            .. Named("optimizer", trainer.Optimizer.Tensors),
            .. Named("ema", trainer.Ema?.Tensors),
            .. Named("best", best.Tensors),
            .. Named("discriminator", trainer.Adversary?.Discriminator.state_dict().Select(entry => (entry.Key, entry.Value))),
            .. Named("discriminator_optimizer", trainer.Adversary?.Optimizer.Tensors),
        ];
    }
}
