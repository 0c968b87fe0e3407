namespace AudioBsq.MLNet;

/// <summary>Columns and batch size of a tokenizer; saved with it.</summary>
internal sealed record TokenizerColumns(string Output, string Input, string? FrameCount, int BatchSize)
{
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Output);
        ArgumentException.ThrowIfNullOrEmpty(Input);
        Check.Positive(BatchSize);
    }
}
