using AudioBsq.Cli.Console;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Cli.Evaluation;

public class MetricProgramTests
{
    private static readonly Waveform Reference = new([.. Enumerable.Range(0, 800).Select(n => MathF.Sin(0.1f * n))], 16_000);

    private static readonly Waveform Degraded = new(Array.ConvertAll(Reference.Samples, sample => 0.5f * sample), 16_000);

    [Fact]
    [Trait("Speed", "Slow")]
    public void Measure_GivesTheLastLine()
    {
        double expected = Reference.Samples.Average(sample => Math.Abs(0.5 * sample));

        var outcome = Measure("difference");

        Assert.Null(outcome.Problem);
        Assert.Equal(expected, outcome.Value!.Value, 1e-4);
    }

    [Theory]
    [InlineData("words", "'excellent <b>', which is no finite number")]
    [InlineData("infinity", "'Infinity', which is no finite number")]
    [InlineData("nothing", "printed nothing")]
    [InlineData("fail", "ended with code 7: no such model")]
    [Trait("Speed", "Slow")]
    public void Measure_SaysWhatIsWrong(string mode, string expected)
    {
        var outcome = Measure(mode);

        Assert.Null(outcome.Value);
        Assert.StartsWith("mine 1.0 ", outcome.Problem);
        Assert.Contains(expected, outcome.Problem);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Measure_ReadsAllThatIsPrinted() => Assert.Equal(2.5, Measure("flood").Value);

    [Fact]
    [Trait("Speed", "Slow")]
    public void Measure_PassesWordsAsTheyAre()
    {
        string word = "$(exit 3); `exit 4` && exit 5 | * > out 'x' \"y\" %PATH%";

        Assert.Equal(word.Length, Measure(word).Value);
    }

    [Fact]
    public void Measure_EndsWhatTakesTooLong() => Assert.Equal("mine 1.0 did not end within 0.2 s", Measure("wait", 0.2).Problem);

    [Fact]
    public void Measure_StopsAtOnce_WhenCancelled() =>
        Assert.ThrowsAny<OperationCanceledException>(() => Measure("wait", 60, new CancellationToken(canceled: true)));

    [Fact]
    public void Measure_NamesAProgramThatIsNotThere()
    {
        using var command = new MetricProgram("mine", ["no-such-program-here"], TimeSpan.FromSeconds(60));

        Assert.Contains(
            "'no-such-program-here' cannot be started",
            Assert.Throws<UsageException>(() => command.Measure(Reference, Degraded, default)).Message);
    }

    [Theory]
    [InlineData("--metric-name", "evaluate", "m.zip", "a.wav", "--metric-command", "score")]
    [InlineData("--metric-command", "evaluate", "m.zip", "a.wav", "--metric-name", "mine 1.0")]
    [InlineData("names no program", "evaluate", "m.zip", "a.wav", "--metric-command", " ", "--metric-name", "mine")]
    [InlineData("measured here", "evaluate", "m.zip", "a.wav", "--metric-command", "score", "--metric-name", "stoi")]
    [InlineData("--metric-timeout", "evaluate", "m.zip", "a.wav", "--html", "r.html", "--metric-timeout", "0")]
    public void Options_ThatMakeNoSense_AreRefused(string expected, params string[] arguments)
    {
        Assert.Contains(expected, Ran.AudioBsq(arguments).Expect(2).Messages);
    }

    private static MetricOutcome Measure(string mode, double seconds = 60, CancellationToken cancellation = default)
    {
        using var command = new MetricProgram("mine 1.0", MetricTask.Words(mode), TimeSpan.FromSeconds(seconds));
        return command.Measure(Reference, Degraded, cancellation);
    }
}
