using System.Numerics;
using AudioBsq.Signal.Fft;

namespace AudioBsq.Tests.Model.Signal.Fft;

[WithoutTorch]
public class ComplexFftTests
{
    [Theory, InlineData(2), InlineData(4), InlineData(64), InlineData(512)]
    public void Forward_IsTheDefinition(int length)
    {
        var random = new Random(1);
        Complex[] values = [.. Enumerable.Range(0, length).Select(_ => new Complex(random.NextDouble(), random.NextDouble()))];
        Complex[] spectrum = [.. values];

        new ComplexFft(length).Forward(spectrum);

        for (int k = 0; k < length; k++)
        {
            var terms = values.Select((value, n) => value * Complex.Exp(new Complex(0, -2 * Math.PI * (n * k % length) / length)));
            Complex expected = terms.Aggregate(Complex.Add);
            Close.To(0, (expected - spectrum[k]).Magnitude, 1e-12 * length);
        }
    }
}
