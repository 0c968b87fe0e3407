using AudioBsq.Decoding;

namespace AudioBsq.Benchmarks.Decoders;

/// <summary>What became of many damaged versions of one file.</summary>
internal sealed class DamageCount
{
    private const double Limit = 10; // seconds for a file of one or two
    private const int BlockSamples = 1 << 14;

    private readonly float[] _block = new float[BlockSamples];

    public int Read { get; private set; }

    public int Refused { get; private set; }

    /// <summary>Exceptions of other kinds than a file may cause.</summary>
    public int Faults { get; private set; }

    public int Slow { get; private set; }

    /// <summary>Bytes that one file took at most, of managed memory.</summary>
    public long Bytes { get; private set; }

    /// <summary>Seconds of the processor that one file took at most.</summary>
    public double Seconds { get; private set; }

    /// <summary>The first fault of each kind.</summary>
    public Dictionary<string, string> Messages { get; } = [];

    public void Add(byte[] file, string name)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var start = Work();
        try
        {
            using var source = AudioFile.Open(new MemoryStream(file, writable: false), name);
            while ((Work() - start).TotalSeconds < Limit && source.Read(_block) > 0)
            {
            }

            Read++;
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            Refused++;
        }
        catch (Exception e) // counted, and shown
        {
            Faults++;
            Messages.TryAdd(e.GetType().Name, $"{name}: {e}");
        }

        double seconds = (Work() - start).TotalSeconds;
        if (seconds >= Limit) Slow++;
        Seconds = Math.Max(Seconds, seconds);
        Bytes = Math.Max(Bytes, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // Not the clock's time: other programs may be running.
    private static TimeSpan Work() => Environment.CpuUsage.TotalTime;
}
