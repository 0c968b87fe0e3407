using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Corpus;

/// <summary>Writes the tokens of clips in one format, one clip after another. The files stay open.</summary>
internal interface ICorpusWriter : IDisposable
{
    void Write(CorpusClip clip, ClipTokens tokens);

    /// <summary>Writes what comes after the last clip.</summary>
    void Complete();
}
