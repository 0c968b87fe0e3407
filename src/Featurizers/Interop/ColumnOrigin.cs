namespace AudioBsq.MLNet;

/// <summary>What decides the columns that a transformer adds, beside the values of those it reads.</summary>
/// <param name="Options">Its options, as text.</param>
/// <param name="FileOf">The file that a text which it reads names; null where it reads no files.</param>
internal sealed record ColumnOrigin(string Options, Func<string, string>? FileOf = null);
