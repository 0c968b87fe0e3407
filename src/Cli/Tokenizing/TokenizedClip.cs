namespace AudioBsq.Cli.Tokenizing;

/// <summary>
/// The result for one path: a clip with its tokens, a long file whose tokens are still to be made, or the reason why there is neither.
/// </summary>
/// <param name="Path">As it was given.</param>
/// <param name="Clip">The clip, or null.</param>
/// <param name="Long">The long file, or null.</param>
/// <param name="Reason">Why there is neither; empty otherwise.</param>
internal readonly record struct TokenizedClip(string Path, ClipTokens? Clip, LongSound? Long, string Reason)
{
    /// <summary>Without the long file, for pipelines that find none.</summary>
    public void Deconstruct(out string path, out ClipTokens? clip, out string reason) => (path, clip, reason) = (Path, Clip, Reason);
}
