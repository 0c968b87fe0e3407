using System.CommandLine;
using AudioBsq.Benchmarks.Performance;
using AudioBsq.Native;
using TorchSharp;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>bench</c>: every part's time beside this machine's peak and a plain PyTorch script; writes docs/performance.md.</summary>
internal sealed class BenchCommand : Command
{
    private readonly Option<FileInfo> _output = new("--output", "-o")
    {
        Description = "The page to write",
        HelpName = "FILE",
        DefaultValueFactory = _ => new FileInfo(Path.Combine("docs", "performance.md")),
    };

    private readonly Option<int> _repeat = Inputs.Count("--repeat", 9, "Runs of each part, of which the median counts");
    private readonly Option<int> _threads = Inputs.Threads(1);
    private readonly Option<bool> _processor = new("--processor-time")
    {
        Description = "Processor time, not wall time: for a machine that has other work to do; not for threads and processes",
    };

    private readonly Option<bool> _quick = new("--quick") { Description = "Run small models once, to see that all works" };
    private readonly Option<string[]> _parts = new("--part")
    {
        Description = "Measure and print this table of benchmarks/Performance/page.md alone, such as threads; may be given several times",
        HelpName = "NAME",
    };

    private readonly Option<string?> _python = new("--python")
    {
        Description = "The Python that has PyTorch; '' for none [default: the first of /usr/bin/python3 and python3 that has]",
        HelpName = "PROGRAM",
    };

    public BenchCommand() : base(
        "bench", "Time every part beside this machine's peak and a plain PyTorch script, and write the page of figures.")
    {
        _parts.Validators.Add(result =>
        {
            foreach (string name in result.Tokens.Select(token => token.Value).Except(BenchPage.Names))
                result.AddError($"--part '{name}' must be one of {string.Join(", ", BenchPage.Names)}.");
        });
        foreach (var option in (Option[])[_output, _repeat, _threads, _processor, _quick, _parts, _python]) Add(option);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        TorchDevice.Resolve("cpu"); // loads torch
        int threads = arguments.GetValue(_threads);
        torch.set_num_threads(threads);
        var folder = Directory.CreateTempSubdirectory("audiobsq-bench-");
        try
        {
            string[] parts = arguments.GetValue(_parts) ?? [];
            string page = new Bench
            {
                Parts = parts,
                Threads = threads,
                Repeats = arguments.GetValue(_quick) ? 1 : arguments.GetValue(_repeat),
                Clock = new Clock(arguments.GetValue(_processor)),
                Quick = arguments.GetValue(_quick),
                Python = arguments.GetValue(_python),
                Folder = folder.FullName,
            }.Page();
            if (parts.Length == 0) File.WriteAllText(arguments.GetRequiredValue(_output).FullName, page);
            Console.WriteLine(page);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
