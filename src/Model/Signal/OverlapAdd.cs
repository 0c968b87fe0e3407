using AudioBsq.Signal.Fft;

namespace AudioBsq.Signal;

/// <summary>
/// Spectra → waveform by overlap-add with the Hann window of the analysis (Griffin and Lim 1984, equation 6). One instance may be used from
/// several threads at once.
/// </summary>
internal sealed class OverlapAdd(MelOptions mel)
{
    private const float MinOverlap = 1e-6f; // beyond the first and last window

    private readonly Stft _stft = new(mel.FftLength, mel.HopLength);

    /// <summary>Number of frames on each side that the sound at a frame's centre depends on.</summary>
    public static int Reach(MelOptions mel) => mel.FftLength / 2 / mel.HopLength + 1;

    /// <summary>
    /// Real and imaginary parts, each (frames, bins) → samples from the centre of the first frame on: 1 to frames · hop − 1 of them.
    /// </summary>
    public float[] Apply(ReadOnlySpan<float> re, ReadOnlySpan<float> im, int samples)
    {
        int frames = re.Length / _stft.Bins, lanes = FrameBatch.Size, half = _stft.Length / 2;
        int batches = (frames + lanes - 1) / lanes;
        float[] sound = new float[(batches * lanes - 1) * _stft.Hop + _stft.Length], overlap = new float[half + samples];
        var buffer = new FftBuffer(_stft.Bins);
        for (int batch = 0; batch < batches; batch++)
        {
            BatchRows.Load(re, buffer.Re.AsSpan(0, _stft.Bins), batch * lanes, frames);
            BatchRows.Load(im, buffer.Im.AsSpan(0, _stft.Bins), batch * lanes, frames);
            _stft.Synthesize(buffer, sound, batch * lanes * _stft.Hop);
        }

        for (int frame = 0; frame < frames; frame++) AddSquaredWindow(overlap, frame * _stft.Hop);
        float[] result = new float[samples];
        for (int i = 0; i < samples; i++) result[i] = overlap[half + i] > MinOverlap ? sound[half + i] / overlap[half + i] : 0;
        return result;
    }

    private void AddSquaredWindow(float[] overlap, int start)
    {
        int count = Math.Clamp(overlap.Length - start, 0, _stft.Length);
        for (int n = 0; n < count; n++) overlap[start + n] += _stft.Window[n] * _stft.Window[n];
    }
}
