using System.Numerics;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Signal;

[WithoutTorch]
public class FrameLevelsTests
{
    private const int Frames = 200;

    [Fact]
    public void Gain_IsTheRatioOfPowers()
    {
        var levels = Known(frame => frame % 7 + 1, frame => (frame % 7 + 1) / 4f, Frames);

        Assert.All(Enumerable.Range(0, Frames), frame => Assert.Equal(4, levels.GainAt(frame), 1e-4));
    }

    [Fact]
    public void Gain_ComesFromHalfASecondAroundTheFrame()
    {
        var levels = Known(frame => frame < 100 ? 1 : 9, _ => 1, Frames);

        Assert.Equal(1, levels.GainAt(74), 1e-4);
        Assert.Equal((25 * 1 + 26 * 9) / 51.0, levels.GainAt(100), 1e-4);
        Assert.Equal(9, levels.GainAt(125), 1e-4);
    }

    [Fact]
    public void Gain_IsOneInSilence() => Assert.Equal(1, Known(_ => 0, _ => 0, Frames).GainAt(50));

    [Fact]
    public void Frames_ThatAreNotKnown_DoNotCount()
    {
        var levels = Known(_ => 2, _ => 1, 101);

        Assert.Equal(2, levels.GainAt(100), 1e-4);
        Assert.Equal(2, levels.GainAt(110), 1e-4);
    }

    private static FrameLevels Known(Func<int, float> spectra, Func<int, float> mel, int frames)
    {
        var levels = new FrameLevels(Frames, frameRate: 100);
        for (int first = 0; first < frames; first += Vector<float>.Count)
            levels.Set(first, frames - first, Lanes(spectra, first), Lanes(mel, first));
        return levels;
    }

    private static Vector<float> Lanes(Func<int, float> value, int first) =>
        new([.. Enumerable.Range(first, Vector<float>.Count).Select(value)]);
}
