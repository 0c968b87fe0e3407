using System.Diagnostics;
using TorchSharp;
using Xunit.Abstractions;

namespace AudioBsq.Tests;

/// <summary>
/// Reads many damaged files and sees that each is read or refused: with one of the allowed exceptions, without native tensors left
/// over, and without much memory, which is what one reading allocates on the managed heap in all, freed or not.
/// </summary>
internal sealed class DamageReport(ITestOutputHelper output, params Type[] allowed)
{
    private const long MaxMemory = 200_000_000;

    private readonly Dictionary<Type, string> _notAllowed = [];
    private readonly SortedDictionary<string, int> _ends = new(StringComparer.Ordinal);

    /// <summary>How many files: a seeded part, or all 10,000 where the environment variable AUDIOBSQ_ALL_MUTATIONS is set.</summary>
    public static int Count { get; } = Environment.GetEnvironmentVariable("AUDIOBSQ_ALL_MUTATIONS") is { Length: > 0 } ? 10_000 : 1_500;

    /// <param name="mutate">A damaged file; seeded with its number.</param>
    /// <param name="read">Reads it and frees what it made of it.</param>
    /// <param name="countTensors">Whether native tensors must be freed at once, rather than by finalizers.</param>
    public void Run(Func<Random, byte[]> mutate, Action<byte[]> read, bool countTensors = true)
    {
        (long max, double longest) = (0, 0);
        for (int seed = 0; seed < Count; seed++)
        {
            byte[] file = mutate(new Random(seed));
            long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount, began = Stopwatch.GetTimestamp();
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            string end = Try(read, file, seed);
            longest = Math.Max(longest, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            max = Math.Max(max, allocated - file.Length);
            _ends[end] = _ends.GetValueOrDefault(end) + 1;
            Assert.True(
                allocated - file.Length < MaxMemory, $"File {seed} of {file.Length:N0} bytes ({end}) allocated {allocated:N0} bytes.");
            long left = DisposeScopeManager.Statistics.ThreadTotalLiveCount - tensors;
            if (countTensors) Assert.True(left == 0, $"File {seed} ({end}) left tensors behind.");
        }

        output.WriteLine(FormattableString.Invariant(
            $"{Count:N0} files; at most {max:N0} bytes allocated for one beyond it; longest {longest:F0} ms."));
        foreach (var (end, count) in _ends) output.WriteLine($"{count,6}  {end}");
        Assert.True(_notAllowed.Count == 0, string.Join("\n\n", _notAllowed.Values));
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
