using System.Numerics;
using System.Runtime.InteropServices;
using AudioBsq.Signal.Fft;

namespace AudioBsq.Tests.Model.Signal.Fft;

[WithoutTorch]
public class BatchedFftTests
{
    private static readonly int Lanes = FrameBatch.Size;

    [Theory] // lengths whose half is a power of four, and others
    [InlineData(16), InlineData(32), InlineData(64), InlineData(128), InlineData(256), InlineData(512), InlineData(1024)]
    [Trait("Speed", "Slow")]
    public void Forward_EqualsDefinition(int length)
    {
        float[] sound = Tone.Noise(length + (Lanes - 1) * 3, seed: length);
        float[] ones = [.. Enumerable.Repeat(1f, length)];
        var buffer = new FftBuffer(length / 2 + 1);

        FrameBatch.Load(sound, 3, ones, buffer.Re, buffer.Im);
        new BatchedFft(length).Forward(buffer);

        for (int lane = 0; lane < Lanes; lane++)
        {
            for (int k = 0; k <= length / 2; k++)
            {
                var sum = Complex.Zero;
                for (int n = 0; n < length; n++)
                    sum += sound[lane * 3 + n] * Complex.FromPolarCoordinates(1, -2 * Math.PI * ((long)k * n % length) / length);
                Close.To(sum.Real, buffer.Re[k][lane], 1e-5, $"real part of bin {k}");
                Close.To(sum.Imaginary, buffer.Im[k][lane], 1e-5, $"imaginary part of bin {k}");
            }
        }
    }

    [Theory]
    [InlineData(16), InlineData(64), InlineData(512), InlineData(1024), InlineData(65_536)]
    public void Inverse_UndoesForward(int length)
    {
        const int Hop = 5;
        float[] sound = Tone.Noise(length + (Lanes - 1) * Hop, seed: 1);
        float[] ones = [.. Enumerable.Repeat(1f, length)], scale = [.. Enumerable.Repeat(2f / length, length)];
        var (fft, buffer) = (new BatchedFft(length), new FftBuffer(length / 2 + 1));
        float[] again = new float[sound.Length], expected = new float[sound.Length];
        for (int lane = 0; lane < Lanes; lane++)
        {
            for (int n = 0; n < length; n++) expected[lane * Hop + n] += sound[lane * Hop + n];
        }

        FrameBatch.Load(sound, Hop, ones, buffer.Re, buffer.Im);
        fft.Forward(buffer);
        fft.Inverse(buffer);
        FrameBatch.Add(buffer.Re, buffer.Im, scale, again, Hop);

        Close.To(expected, again, 1e-5);
    }

    [Fact] // the shuffled path of this processor and the plain one are the same transposition
    public void Frames_MoveTheSameWayWithoutShuffles()
    {
        float[] sound = Tone.Noise(64 + (Lanes - 1) * 7, seed: 2), window = Tone.Noise(64, seed: 3);
        var (re, im, plainRe, plainIm) = (new Vector<float>[33], new Vector<float>[33], new Vector<float>[33], new Vector<float>[33]);
        float[] added = new float[sound.Length], plainAdded = new float[sound.Length];

        FrameBatch.Load(sound, 7, window, re, im);
        FrameBatch.LoadEach(sound, 7, window, plainRe, plainIm);
        FrameBatch.Add(re, im, window, added, 7);
        FrameBatch.AddEach(re, im, window, plainAdded, 7);

        Assert.Equal(plainRe, re);
        Assert.Equal(plainIm, im);
        Assert.Equal(sound[7 + 10] * window[10], MemoryMarshal.Cast<Vector<float>, float>(re)[5 * Lanes + 1]); // lane 1, sample 10
        Close.To(plainAdded, added, 1e-6);
    }
}
