namespace InMemory;

/// <summary>What the pipelines give for one sound.</summary>
internal sealed class Tokenized
{
    /// <summary>From 0 on.</summary>
    public int[] Tokens { get; set; } = [];
}

/// <summary>What the classifier gives.</summary>
internal sealed class Recognized
{
    public string PredictedDigit { get; set; } = "";
}
