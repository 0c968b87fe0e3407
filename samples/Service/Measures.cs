using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Service;

/// <summary>What the service counts, beside what ASP.NET Core and .NET count themselves.</summary>
internal sealed class Measures(IMeterFactory meters)
{
    public const string Meter = "AudioBsq.Service";

    private readonly Counter<double> _sound = meters.Create(Meter).CreateCounter<double>("audiobsq.sound", "s", "Sound that was processed");
    private readonly Histogram<double> _time = meters.Create(Meter).CreateHistogram<double>("audiobsq.time", "s", "Time on a core");

    public void Sound(double seconds, string what) => _sound.Add(seconds, new KeyValuePair<string, object?>("what", what));

    public T Time<T>(string what, Func<T> work)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            return work();
        }
        finally
        {
            _time.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, new KeyValuePair<string, object?>("what", what));
        }
    }
}
