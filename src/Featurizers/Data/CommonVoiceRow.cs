namespace AudioBsq.MLNet;

/// <summary>One clip of Common Voice; its properties are the columns. Text is empty where the table does not have it.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Name">The clip's name in the table.</param>
/// <param name="Speaker">The table's client_id.</param>
/// <param name="Transcript">The sentence that was read.</param>
/// <param name="Age">Decade, such as "twenties".</param>
/// <param name="Gender">As the speaker gave it.</param>
/// <param name="Accent">As the speaker gave it.</param>
/// <param name="Locale">Language, such as "en".</param>
internal sealed record CommonVoiceRow(
    string Path, string Name, string Speaker, string Transcript, string Age, string Gender, string Accent, string Locale);
