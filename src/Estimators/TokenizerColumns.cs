namespace AudioBsq.MLNet;

/// <summary>Columns and batch size of a tokenizer or reconstructor; saved with it.</summary>
internal sealed record TokenizerColumns(string Output, string Input, string? FrameCount, int BatchSize)
{
    private const int MaxRows = 65_536;

    /// <summary>A tokenizer's column of latents; none when null.</summary>
    public string? Latents { get; init; }

    public ColumnNames Names => new(Output, Input);

    public void Validate()
    {
        Names.Validate();
        Check.That(FrameCount is not "", FrameCount, "must be null or a name");
        Check.That(Latents is not "", Latents, "must be null or a name");
        CheckBatchSize(BatchSize);
    }

    /// <summary>Rows are kept in memory: a larger number is a mistake, or a damaged file.</summary>
    public static void CheckBatchSize(int batchSize, string name = nameof(BatchSize)) =>
        Check.That(batchSize is > 0 and <= MaxRows, batchSize, $"must be from 1 to {MaxRows}", name);
}
