using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>All that a checkpoint must hold for a run to go on as if it had not been interrupted.</summary>
internal interface ITrainingState
{
    /// <summary>What the weights are of, as JSON.</summary>
    string Model { get; }

    /// <summary>The options that decide what the weights become, as JSON.</summary>
    string Options { get; }

    /// <summary>SHA-256 of the first clip, by which other data is noticed.</summary>
    string FirstClip { get; }

    /// <summary>Weights, averages and optimizer states, by name.</summary>
    IEnumerable<(string Name, Tensor Tensor)> Tensors { get; }

    /// <summary>Counters and errors, by name.</summary>
    Dictionary<string, double> Scalars();

    /// <summary>Takes them back; <see cref="Tensors"/> then has a place for every tensor of the checkpoint.</summary>
    void Restore(IReadOnlyDictionary<string, double> scalars);
}
