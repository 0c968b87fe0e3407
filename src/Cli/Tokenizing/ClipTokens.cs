using System.Text.Json.Serialization;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>The tokens of one clip; in a tokens file one JSON object on one line.</summary>
/// <param name="Path">The sound file, as it was named or found.</param>
/// <param name="Samples">Its length at <paramref name="SampleRate"/>.</param>
/// <param name="SampleRate">The model's sample rate in Hz, whatever the file's.</param>
/// <param name="Frames">Frames of its mel spectrogram.</param>
/// <param name="BitsPerToken">Tokens are from 0 to 2^bits − 1.</param>
/// <param name="Tokens">In time order, within a time step from low to high bands.</param>
internal sealed record ClipTokens(string Path, int Samples, int SampleRate, int Frames, int BitsPerToken, int[] Tokens)
{
    /// <summary>The clip's id in a corpus; null elsewhere, and then not in the file.</summary>
    [JsonPropertyOrder(-1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    [JsonIgnore]
    public double Seconds => (double)Samples / SampleRate;

    /// <summary>Its mel spectrogram (frames, bands); empty unless the pipeline keeps it.</summary>
    [JsonIgnore]
    public float[] Mel { get; init; } = [];

    /// <summary>Its sound at <see cref="SampleRate"/>; empty unless the pipeline keeps it.</summary>
    [JsonIgnore]
    public float[] Waveform { get; init; } = [];

    /// <summary>Says why this model cannot have made these tokens; null if it can.</summary>
    public string? Misfit(AudioBsqOptions model, MelOptions mel)
    {
        if (BitsPerToken != model.BitsPerToken)
            return $"the tokens have {BitsPerToken} bits and this model's have {model.BitsPerToken}: another model made them";
        if (SampleRate != mel.SampleRate)
            return $"the clip was read at {SampleRate} Hz and this model is for {mel.SampleRate} Hz: another model made these tokens";
        if (Samples < 0 || Frames != mel.FramesOf(Samples))
            return $"{Samples} samples do not make {Frames} frames with this model: the line is damaged, or another model made it";
        int expected = model.TokensOf(Frames);
        if (Tokens.Length != expected)
        {
            return $"{Frames} frames are {expected} tokens with this model, and here are {Tokens.Length}: "
                + "the line is damaged, or another model made it";
        }

        foreach (int token in Tokens)
        {
            if (token < 0 || token >> BitsPerToken != 0) return $"token {token} is not from 0 to {(1 << BitsPerToken) - 1}";
        }

        return null;
    }
}
