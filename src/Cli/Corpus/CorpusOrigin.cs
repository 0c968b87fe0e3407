namespace AudioBsq.Cli.Corpus;

/// <summary>All that decides the tokens of a corpus.</summary>
/// <param name="Manifest">The manifest's hash.</param>
/// <param name="Model">The model's fingerprint.</param>
/// <param name="Pipeline">The steps of the saved pipeline from the file to the tokens, which the fingerprint does not know.</param>
/// <param name="Format">The word of --format.</param>
internal sealed record CorpusOrigin(string Manifest, string Model, string Pipeline, string Format)
{
    /// <summary>Says what is different, of which the other is; null where nothing is.</summary>
    public string? DifferenceFrom(CorpusOrigin other)
    {
        if (other.Manifest != Manifest) return "another manifest";
        if (other.Model != Model) return $"another model (fingerprint {other.Model}, and this one's is {Model})";
        if (other.Pipeline != Pipeline) return $"another pipeline before the model ({other.Pipeline}, and this is {Pipeline})";
        return other.Format == Format ? null : $"another format, {other.Format}";
    }
}
