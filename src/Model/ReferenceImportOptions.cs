namespace AudioBsq;

/// <summary>How weights of the published Python version are read from a file.</summary>
public sealed record ReferenceImportOptions
{
    /// <summary>
    /// What the weights' names begin with, for instance <c>module.</c>. When null, the file says so itself, if it holds one set of weights
    /// under whatever prefix; a file of several sets is refused until one is named here.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>Refuses tensors that the model has no place for. When false they are left out. A missing tensor is an error in any case.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>What the model computes with the weights, in place of the options' own <see cref="AudioBsqOptions.Compatibility"/>; <see cref="Compatibility.LearnedPositions"/> is always set, since the table is among them.</summary>
    public Compatibility Compatibility { get; init; } = Compatibility.Reference;

    /// <summary>Where the model runs: auto, cpu, cuda or cuda:N.</summary>
    public string Device { get; init; } = "auto";
}
