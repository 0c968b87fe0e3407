namespace AudioBsq;

/// <summary>Which features of the encoder describe a clip, and how those of its time steps become a vector of one size.</summary>
/// <remarks>
/// The vector has the clip's parts one after another; in a part the patch rows from low to high bands, if they are apart; in a row the mean
/// of every channel, then the deviations.
/// </remarks>
public sealed record EmbeddingOptions
{
    private const int MaxParts = 1000;

    /// <summary>
    /// The block whose features are pooled, from 1 to the encoder's <c>Layers</c>; 0 for those before the first block, and the last when
    /// null. The last block's have gone through the encoder's last norm, if it has one.
    /// </summary>
    public int? Layer { get; init; }

    /// <summary>
    /// Parts of equal length that are pooled apart, from 1 to 1,000. A part that is shorter than a time step takes the step at its start.
    /// </summary>
    public int Parts { get; init; } = 1;

    /// <summary>Whether each channel's standard deviation follows the means: the population's, over all positions pooled.</summary>
    public bool Deviation { get; init; } = true;

    /// <summary>Whether each row of patches is pooled by itself, so that low and high bands stay apart.</summary>
    public bool PerRow { get; init; }

    /// <summary>Values of an embedding by a model with these options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The model has no such layer, or <see cref="Parts"/> is out of range.</exception>
    public int SizeOf(AudioBsqOptions model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Validate();
        LayerOf(model);
        return checked(Parts * RowsOf(model) * model.Encoder.Width * (Deviation ? 2 : 1));
    }

    /// <summary>The block whose features are pooled, counted from 1.</summary>
    internal int LayerOf(AudioBsqOptions model)
    {
        int layers = model.Encoder.Layers;
        Check.That(Layer is null || Layer <= layers, Layer, $"must be at most the {layers} layers of the encoder", nameof(Layer));
        return Layer ?? layers;
    }

    /// <summary>Rows that are pooled by themselves.</summary>
    internal int RowsOf(AudioBsqOptions model) => PerRow ? model.PatchesPerStep : 1;

    /// <summary>What does not depend on the model.</summary>
    internal void Validate()
    {
        Check.That(Layer is null or >= 0, Layer, "must be at least 0 or null");
        Check.That(Parts is > 0 and <= MaxParts, Parts, $"must be from 1 to {MaxParts}");
    }
}
