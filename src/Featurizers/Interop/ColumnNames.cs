namespace AudioBsq.MLNet;

/// <summary>The column that a transformer adds, and the one that it reads.</summary>
internal sealed record ColumnNames(string Output, string Input)
{
    /// <summary>Checks the arguments of a catalog method, where an input that is not named is the column that is replaced.</summary>
    public static ColumnNames Of(string outputColumnName, string? inputColumnName)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        Check.That(inputColumnName is not "", inputColumnName, "must be null or a name");
        return new ColumnNames(outputColumnName, inputColumnName ?? outputColumnName);
    }

    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Output);
        ArgumentException.ThrowIfNullOrEmpty(Input);
    }
}
