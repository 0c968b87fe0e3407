namespace AudioBsq.MLNet;

/// <summary>Columns and batch size of a tokenizer; saved with it.</summary>
internal sealed record TokenizerColumns(string Output, string Input, string? FrameCount, int BatchSize)
{
    private const int MostRows = 65_536;

    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Output);
        ArgumentException.ThrowIfNullOrEmpty(Input);
        Check.That(FrameCount is not "", FrameCount, "must be null or a name");
        CheckBatchSize(BatchSize);
    }

    /// <summary>Rows are kept in memory: a number beyond reason is a mistake, or a damaged file.</summary>
    public static void CheckBatchSize(int batchSize, string name = nameof(BatchSize)) =>
        Check.That(batchSize is > 0 and <= MostRows, batchSize, $"must be from 1 to {MostRows}", name);
}
