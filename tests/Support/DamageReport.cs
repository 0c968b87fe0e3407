using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using Xunit.Abstractions;

namespace AudioBsq.Tests;

/// <summary>
/// Reads many damaged files and sees that each is read or refused: with one of the allowed exceptions, without native tensors left over, and
/// without much memory. Memory is measured twice: what one reading allocates on the managed heap in all, freed or not
/// (GC.GetAllocatedBytesForCurrentThread), and how far the process's peak working set, native memory included, rises above where it began.
/// </summary>
internal sealed class DamageReport(ITestOutputHelper output, params Type[] allowed)
{
    private const long MostMemory = 200_000_000;

    private readonly Dictionary<Type, string> _notAllowed = [];
    private readonly SortedDictionary<string, int> _ends = new(StringComparer.Ordinal);

    /// <summary>How many files: a seeded part of them, or all 10,000 where the environment variable AUDIOBSQ_ALL_MUTATIONS is set.</summary>
    public static int Count { get; } = Environment.GetEnvironmentVariable("AUDIOBSQ_ALL_MUTATIONS") is { Length: > 0 } ? 10_000 : 1_500;

    /// <param name="mutate">A damaged file; seeded with its number.</param>
    /// <param name="read">Reads it and frees what it made of it.</param>
    /// <param name="countTensors">Whether native tensors must be freed at once, rather than by finalizers.</param>
    public void Run(Func<Random, byte[]> mutate, Action<byte[]> read, bool countTensors = true)
    {
        using var process = Process.GetCurrentProcess();
        (long start, long peak) = (process.WorkingSet64, process.PeakWorkingSet64);
        (long most, double longest) = (0, 0);
        for (int seed = 0; seed < Count; seed++)
        {
            byte[] file = mutate(new Random(seed));
            long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount, allocated = GC.GetAllocatedBytesForCurrentThread(), began = Stopwatch.GetTimestamp();
            string end = Try(read, file, seed);
            longest = Math.Max(longest, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            most = Math.Max(most, allocated - file.Length);
            _ends[end] = _ends.GetValueOrDefault(end) + 1;
            Assert.True(allocated - file.Length < MostMemory, $"File {seed} of {file.Length:N0} bytes ({end}) allocated {allocated:N0} bytes.");
            Assert.True(!countTensors || DisposeScopeManager.Statistics.ThreadTotalLiveCount == tensors, $"File {seed} ({end}) left tensors behind.");
        }

        process.Refresh();
        long rise = process.PeakWorkingSet64 > peak ? process.PeakWorkingSet64 - start : 0; // it never falls: an earlier peak hides a later one
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Count:N0} files; most allocated for one {most:N0} bytes beyond it; peak working set {rise:N0} bytes above the start; longest {longest:F0} ms."));
        foreach (var (end, count) in _ends) output.WriteLine($"{count,6}  {end}");
        Assert.True(_notAllowed.Count == 0, string.Join("\n\n", _notAllowed.Values));
        Assert.True(rise < MostMemory, $"The peak working set rose by {rise:N0} bytes.");
        Assert.True(_ends.Keys.Any(end => end != Loaded) && _ends.Sum(end => end.Value) == Count);
    }

    private const string Loaded = "read";

    private string Try(Action<byte[]> read, byte[] file, int seed)
    {
        try
        {
            read(file);
            return Loaded;
        }
        catch (Exception failure)
        {
            var cause = failure;
            while (cause.InnerException is not null && !allowed.Contains(cause.GetType())) cause = cause.InnerException;
            if (!allowed.Contains(cause.GetType())) _notAllowed.TryAdd(cause.GetType(), $"File {seed}: {failure}");
            return cause.GetType().Name;
        }
    }
}
