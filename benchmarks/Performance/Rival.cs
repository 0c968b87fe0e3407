using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>The plain PyTorch script <c>rival.py</c> as a child process that does one part after another when it is asked.</summary>
internal sealed class Rival : IDisposable
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "rival.py");

    private readonly Process _process;

    private Rival(Process process, string python, JsonElement facts)
    {
        (_process, Python, Torch) = (process, python, facts.GetProperty("torch").GetString()!);
        Weights = facts.GetProperty("weights").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetInt64());
    }

    /// <summary>The interpreter.</summary>
    public string Python { get; }

    /// <summary>Version of its PyTorch.</summary>
    public string Torch { get; }

    /// <summary>Number of weights of each of its models.</summary>
    public IReadOnlyDictionary<string, long> Weights { get; }

    /// <summary>Starts the script in the first interpreter that has PyTorch; null where none has.</summary>
    /// <param name="python">The only interpreter to try; the usual ones when null, none when empty.</param>
    /// <param name="threads">Threads of PyTorch and OpenBLAS.</param>
    /// <param name="folder">For its files.</param>
    public static Rival? Start(string? python, int threads, string folder)
    {
        string[] candidates = python switch { null => ["/usr/bin/python3", "python3"], "" => [], _ => [python] };
        foreach (string candidate in candidates)
        {
            try
            {
                var process = Process.Start(Command(candidate, threads, [folder]))!;
                if (process.StandardOutput.ReadLine() is { } facts)
                    return new Rival(process, candidate, JsonDocument.Parse(facts).RootElement);
                process.Dispose();
            }
            catch (Win32Exception) // there is no such program
            {
            }
        }

        return null;
    }

    /// <summary>How the script is started.</summary>
    /// <param name="python">The interpreter.</param>
    /// <param name="threads">Threads of PyTorch and OpenBLAS.</param>
    /// <param name="arguments">What follows the models.</param>
    public static ProcessStartInfo Command(string python, int threads, string[] arguments)
    {
        var start = new ProcessStartInfo(python, [Script, BenchModels.Json, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (string name in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]) start.Environment[name] = $"{threads}";
        // Some images set these for another processor than theirs. Where torch is held to a lesser set, so is OpenBLAS.
        foreach (string name in (string[])["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]) start.Environment.Remove(name);
        if (Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY") == "avx2") start.Environment["OPENBLAS_CORETYPE"] = "Haswell";
        return start;
    }

    /// <summary>Seconds that a part takes.</summary>
    /// <exception cref="InvalidOperationException">The script ended; it has written why.</exception>
    public double Run(string part, bool processorTime)
    {
        _process.StandardInput.WriteLine($"run {part}");
        string answer = _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"{Script} ended while it did '{part}'. Leave it out with --python \"\".");
        return double.Parse(answer.Split(' ')[processorTime ? 1 : 0], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.StandardInput.Close(); // the script ends with its input
        _process.WaitForExit();
        _process.Dispose();
    }
}
