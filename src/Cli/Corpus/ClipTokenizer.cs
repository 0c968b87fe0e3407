using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Corpus;

/// <summary>
/// Makes the tokens of a corpus, each clip alone in its batch: how many clips run together can change the last bits of a latent, and which
/// ones would depend on the cut. Long clips go through in constant memory, but for their tokens.
/// </summary>
internal sealed class ClipTokenizer(TokenPipeline pipeline)
{
    /// <summary>The tokens of a clip, or why it has none. Names of this machine's folders are in neither.</summary>
    public (ClipTokens? Clip, string Reason) Tokenize(CorpusClip clip, CancellationToken cancellation)
    {
        try
        {
            var (tokens, reason) = Read(clip, cancellation);
            return (tokens is null ? null : tokens with { Path = clip.Name }, Named(reason, clip));
        }
        catch (Exception failure) when (ClipSound.IsUnreadable(failure))
        {
            return (null, Named(failure.Message, clip));
        }
    }

    private (ClipTokens? Clip, string Reason) Read(CorpusClip clip, CancellationToken cancellation)
    {
        if (pipeline.CanStream && !ClipSound.IsSpecial(clip.Path)
            && LongSound.Find(clip.Path, LongSound.MaxInMemory, pipeline.Model, clip.Part) is { } sound)
            return (sound.ReadAll(_ => { }, cancellation), "");
        var waveform = ClipSound.Read(clip, pipeline.SampleRate);
        var (_, tokens, reason) = pipeline.Tokenize(clip.Name, waveform.Samples);
        return (tokens, reason);
    }

    private static string Named(string reason, CorpusClip clip) => reason.Replace(clip.Path, clip.Name, StringComparison.Ordinal);
}
