namespace AudioBsq.MLNet;

/// <summary>Columns and kinds of n-grams; saved with the transformer.</summary>
internal sealed record TokenNgramSettings(string Output, string Input, TokenNgramOptions Ngrams)
{
    public ColumnNames Names => new(Output, Input);

    public void Validate()
    {
        Names.Validate();
        ArgumentNullException.ThrowIfNull(Ngrams);
        Ngrams.Validate();
    }
}
