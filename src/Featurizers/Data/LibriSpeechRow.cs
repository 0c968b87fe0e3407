namespace AudioBsq.MLNet;

/// <summary>One utterance of LibriSpeech; its properties are the columns.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Name">Path below the folder of the splits, with '/' on every system.</param>
/// <param name="Speaker">The reader's number.</param>
/// <param name="Chapter">The chapter's number.</param>
/// <param name="Utterance">The utterance's number in the chapter.</param>
/// <param name="Transcript">What is said; empty where the chapter has no transcript.</param>
internal sealed record LibriSpeechRow(string Path, string Name, string Speaker, string Chapter, string Utterance, string Transcript);
