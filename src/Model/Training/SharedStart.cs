using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using AudioBsq.Distributed;
using AudioBsq.Persistence;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>How ranks that train together begin at one place: rank 0 reads the checkpoint, and gives its state to the others.</summary>
internal static class SharedStart
{
    /// <summary>SHA-256 of the first clip, by which other data is noticed.</summary>
    public static string FirstClipOf(ITrainingState state) =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(state.FirstClip.AsSpan())));

    /// <summary>Resumes on rank 0, and makes the state of all ranks the same. Returns the next step and the position in the data.</summary>
    /// <exception cref="InvalidOperationException">Ranks have different options or data.</exception>
    public static (int Step, SamplerPosition Position) Of(
        ITrainingState state, RankGroup group, int batchSize, Func<(int Step, SamplerPosition Position)> resume)
    {
        if (group.Size == 1) return resume();
        Check.That(batchSize >= group.Size, batchSize, $"must be at least the {group.Size} ranks of the job", "BatchSize");
        var (step, position) = group.IsFirst ? resume() : default;
        var own = new CheckpointState
        {
            Step = step,
            Position = position,
            Scalars = state.Scalars(),
            FirstClip = FirstClipOf(state),
            Model = OptionsJson.Write(state.Model),
            Training = OptionsJson.Write(state.Options),
        };
        var first = JsonSerializer.Deserialize<CheckpointState>(group.Broadcast(JsonSerializer.Serialize(own)))!;
        if ((own.Model, own.Training) != (first.Model, first.Training))
            throw new InvalidOperationException($"Rank {group.Rank} has other options than rank 0: {own.Model} {own.Training}.");
        if (own.FirstClip != first.FirstClip)
            throw new InvalidOperationException($"Rank {group.Rank} has other data than rank 0: its first clip differs.");
        if (!group.IsFirst && first.Step > 0) state.Restore(first.Scalars);
        group.Broadcast(state.Tensors.Select(entry => entry.Tensor));
        return (first.Step, first.Position);
    }

    /// <summary>Notices ranks whose weights have drifted apart, which happens where they compute in different ways.</summary>
    /// <exception cref="InvalidOperationException">This rank's differ from those of rank 0.</exception>
    public static void CheckIsSame(ITrainingState state, RankGroup group, int step)
    {
        if (group.Size == 1) return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        double sum = state.Tensors.Sum(entry => entry.Tensor.to(ScalarType.Float64).abs().sum().item<double>());
        if (group.Broadcast(sum.ToString("R")) == sum.ToString("R")) return;
        throw new InvalidOperationException(
            $"After step {step} the weights of rank {group.Rank} are not those of rank 0: "
            + "use the same version and the same kind of processor.");
    }
}
