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
    /// <summary>Waveforms that are in cache.</summary>
    /// <param name="waveforms">Samples at the mel's sample rate.</param>
    public static VocoderTrainingData Of(IReadOnlyList<float[]> waveforms)
    {
        ArgumentNullException.ThrowIfNull(waveforms);
        return new(_ => waveforms.Select(waveform => new VocoderClip(waveform)));
    }

    /// <summary>Waveforms beside what a tokenizer makes of their mel spectrograms: the vocoder learns to repair that.</summary>
    /// <param name="waveforms">Samples at the mel's sample rate.</param>
    /// <param name="mel">The tokenizer's mel spectrograms.</param>
    /// <param name="reconstruct">Mel to reconstructed mel, such as <c>m => model.Decode(model.Encode(m))</c>; called once for each clip, when it is first needed.</param>
    public static VocoderTrainingData Of(IReadOnlyList<float[]> waveforms, MelOptions mel, Func<float[], float[]> reconstruct)
    {
        ArgumentNullException.ThrowIfNull(waveforms);
        ArgumentNullException.ThrowIfNull(reconstruct);
        var spectrogram = new MelSpectrogram(mel);
        float[]?[] reconstructed = new float[waveforms.Count][];
        return new(_ => waveforms.Select((waveform, i) => new VocoderClip(waveform, reconstructed[i] ??= reconstruct(spectrogram.Extract(waveform)))));
    }
}
