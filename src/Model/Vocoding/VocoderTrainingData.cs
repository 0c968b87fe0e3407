using AudioBsq.Signal;

namespace AudioBsq.Vocoding;

/// <summary>A training clip.</summary>
/// <param name="Waveform">The sound: samples at the mel's sample rate.</param>
/// <param name="Mel">
/// The mel spectrogram (frames, bands) that the vocoder gets, such as a tokenizer's reconstruction, which may be longer than the
/// waveform's. When null, that of the waveform.
/// </param>
public sealed record VocoderClip(float[] Waveform, float[]? Mel = null);

/// <summary>Training data of a vocoder. Clips are read again in every pass and never kept.</summary>
/// <param name="Clips">The clips of a pass, by its number from 0, which may be used to shuffle them.</param>
public sealed record VocoderTrainingData(Func<int, IEnumerable<VocoderClip>> Clips)
{
    /// <summary>Waveforms that are in memory.</summary>
    /// <param name="waveforms">Samples at the mel's sample rate.</param>
    public static VocoderTrainingData Of(IReadOnlyList<float[]> waveforms)
    {
        ArgumentNullException.ThrowIfNull(waveforms);
        return new(_ => waveforms.Select(waveform => new VocoderClip(waveform)));
    }

    /// <summary>Waveforms with a tokenizer's reconstructions of their mel spectrograms, which the vocoder learns to repair.</summary>
    /// <param name="waveforms">Samples at the mel's sample rate.</param>
    /// <param name="mel">The tokenizer's mel spectrograms.</param>
    /// <param name="reconstruct">
    /// Mel to reconstructed mel, such as <c>m => model.Decode(model.Encode(m))</c>. Called once for each clip, in the first pass.
    /// </param>
    public static VocoderTrainingData Of(IReadOnlyList<float[]> waveforms, MelOptions mel, Func<float[], float[]> reconstruct)
    {
        ArgumentNullException.ThrowIfNull(waveforms);
        ArgumentNullException.ThrowIfNull(reconstruct);
        var spectrogram = new MelSpectrogram(mel);
        float[]?[] reconstructed = new float[waveforms.Count][];
        return new(_ => waveforms.Select((waveform, i) =>
            new VocoderClip(waveform, reconstructed[i] ??= reconstruct(spectrogram.Extract(waveform)))));
    }
}
