using System.Numerics;

namespace AudioBsq.Signal;

/// <summary>
/// How much louder spectra are than the mel power that they were made of: the ratio of their powers over half a second around a frame.
/// Frames become known in the order of the clip.
/// </summary>
internal sealed class FrameLevels(int frames, double frameRate)
{
    private readonly float[] _spectra = new float[frames], _mel = new float[frames];
    private readonly int _reach = (int)(frameRate / 4);
    private int _known;

    /// <summary>Sets the powers of a batch, of which some frames may lie beyond the end of what is known.</summary>
    public void Set(int firstFrame, int count, Vector<float> spectra, Vector<float> mel)
    {
        count = Math.Min(count, Vector<float>.Count);
        for (int lane = 0; lane < count; lane++) (_spectra[firstFrame + lane], _mel[firstFrame + lane]) = (spectra[lane], mel[lane]);
        _known = firstFrame + count;
    }

    /// <summary>What the mel power at a frame is to be multiplied by to be as loud as the spectra; 1 in silence.</summary>
    public float GainAt(int frame)
    {
        double spectra = 0, mel = 0;
        for (int i = Math.Max(0, frame - _reach); i < Math.Min(_known, frame + _reach + 1); i++)
            (spectra, mel) = (spectra + _spectra[i], mel + _mel[i]);
        return mel > 0 ? (float)(spectra / mel) : 1;
    }
}
