using AudioBsq.Signal;

namespace AudioBsq.Vocoding;

/// <summary>One clip to learn from.</summary>
/// <param name="Waveform">What should be heard: samples at the mel's sample rate.</param>
/// <param name="Mel">
/// What the vocoder is given for it, (frames, bands), such as a tokenizer's reconstruction; it may be longer than the waveform's. The
/// waveform's own mel spectrogram when null.
/// </param>
public sealed record VocoderClip(float[] Waveform, float[]? Mel = null);

/// <summary>What a vocoder is fitted to. Clips are read again on every pass and never kept.</summary>
/// <param name="Clips">The clips of one pass, given its number from 0, which may serve to shuffle them.</param>
public sealed record VocoderTrainingData(Func<int, IEnumerable<VocoderClip>> Clips)
{
    /// <summary>Waveforms that are in memory.</summary>
    /// <param name="waveforms">Samples at the mel's sample rate.</param>
    /// <param name="tokenizer">
    /// A model whose reconstructions the vocoder is to repair: it is given their mel spectrograms and learns to say the originals. Each clip is
    /// encoded and decoded once, when it is first needed.
    /// </param>
    public static VocoderTrainingData Of(IReadOnlyList<float[]> waveforms, AudioBsqModel? tokenizer = null)
    {
        ArgumentNullException.ThrowIfNull(waveforms);
        if (tokenizer is null) return new(_ => waveforms.Select(waveform => new VocoderClip(waveform)));
        var mel = new MelSpectrogram(tokenizer.Mel);
        float[]?[] drawn = new float[waveforms.Count][];
        return new(_ => waveforms.Select((waveform, i) => new VocoderClip(waveform, drawn[i] ??= tokenizer.Decode(tokenizer.Encode(mel.Extract(waveform))))));
    }
}
