using AudioBsq.Cli.Evaluation;

namespace AudioBsq.Tests.Cli.Evaluation;

[WithoutTorch]
public class ConstantBaselineTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(7), InlineData(500)]
    public void Errors_AreThoseOfMediansAndMeans(int frames)
    {
        var random = new Random(frames);
        // some are above the highest bin
        float[] mel =
            [.. Enumerable.Range(0, frames * 3)
            .Select(i => i % 3 == 0 && random.Next(2) == 0 ? -80 : (float)(random.NextDouble() * 85 - 80))];
        var constants = new ConstantBaseline(3, -80, 0);
        constants.Add(mel.AsSpan(0, frames / 2 * 3));
        constants.Add(mel.AsSpan(frames / 2 * 3));

        var bands = Enumerable.Range(0, 3)
            .Select(band => mel.Where((_, i) => i % 3 == band).Select(level => (double)level).Order().ToArray()).ToArray();
        double absolute = bands.Average(levels => levels.Average(level => Math.Abs(level - levels[levels.Length / 2])));
        double squared = bands.Average(levels => levels.Average(level => Math.Pow(level - levels.Average(), 2)));
        Close.To(absolute, constants.AbsoluteError, 0.01);
        Close.To(squared, constants.SquaredError, 1e-6 * squared + 1e-9);
    }

    [Fact]
    public void Errors_AreZero_WhereBandsAreConstant()
    {
        var constants = new ConstantBaseline(2, -80, 0);

        for (int i = 0; i < 10; i++) constants.Add([-80, -12.3f]);

        Close.To(0, constants.AbsoluteError, 1e-9);
        Close.To(0, constants.SquaredError, 1e-9);
    }
}
