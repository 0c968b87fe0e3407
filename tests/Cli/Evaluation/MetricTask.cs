using System.Globalization;
using AudioBsq.Decoding;

namespace AudioBsq.Tests.Cli.Evaluation;

/// <summary>A metric as a user may have one: <c>dotnet AudioBsq.MLNet.Tests.dll metric MODE REFERENCE DEGRADED</c>.</summary>
internal static class MetricTask
{
    /// <summary>The command line of a mode, as one text.</summary>
    public static string Line(string mode) => string.Join(' ', Words(mode).Select(word => $"\"{word}\""));

    public static string[] Words(string mode) =>
        [DotnetHost.Path, typeof(MetricTask).Assembly.Location, "metric", mode];

    public static int Run(string mode, string reference, string degraded)
    {
        switch (mode)
        {
            case "difference":
                float[] first = AudioFile.Read(reference).Samples, second = AudioFile.Read(degraded).Samples;
                double difference = first.Zip(second, (a, b) => Math.Abs((double)a - b)).Average();
                Console.WriteLine("comparing\nresult:\n" + difference.ToString("R", CultureInfo.InvariantCulture));
                return 0;
            case "words":
                Console.WriteLine("excellent <b>");
                return 0;
            case "infinity":
                Console.WriteLine("Infinity");
                return 0;
            case "nothing":
                return 0;
            case "fail":
                Console.WriteLine("1.0");
                Console.Error.WriteLine("first\nno such model");
                return 7;
            case "flood":
                for (int i = 0; i < 30_000; i++) Console.WriteLine("a line of forty characters, and some more");
                Console.WriteLine("2.5");
                return 0;
            case "wait":
                Thread.Sleep(Timeout.Infinite);
                return 0;
            default:
                Console.WriteLine(mode.Length); // proves that it came as it is
                return 0;
        }
    }
}
