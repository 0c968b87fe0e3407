using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>The state of a training run that a checkpoint saves, so that a resumed run gives the weights of an uninterrupted one.</summary>
internal interface ITrainingState
{
    /// <summary>The options of the model, a record.</summary>
    object Model { get; }

    /// <summary>The training options that the weights depend on, a record.</summary>
    object Options { get; }

    /// <summary>The first clip, by which other data is noticed; null when there is none.</summary>
    float[]? FirstClip { get; }

    /// <summary>Weights, averages and optimizer states, by name.</summary>
    IEnumerable<(string Name, Tensor Tensor)> Tensors { get; }

    /// <summary>Counters and errors, by name.</summary>
    Dictionary<string, double> Scalars();

    /// <summary>Restores <see cref="Scalars"/>; <see cref="Tensors"/> then has all tensors of the checkpoint.</summary>
    void Restore(IReadOnlyDictionary<string, double> scalars);
}
