namespace AudioBsq.Cli.Corpus;

/// <summary>One clip in a Parquet file.</summary>
internal sealed record ParquetRow(
    string Id, int[] Tokens, int Frames, long Samples, int SampleRate, int BitsPerToken, string Fingerprint);
