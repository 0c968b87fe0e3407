using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AudioBsq.Benchmarks.Gpu;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>gpu</c>: whether all that this project needs of a graphics card works there, and how fast (docs/gpu.md).</summary>
internal sealed class GpuCommand : Command
{
    private readonly Option<string> _device = new("--device")
    {
        Description = "cuda, cuda:N, or cpu to try the command itself where there is no graphics card",
        HelpName = "DEVICE",
        DefaultValueFactory = _ => "cuda",
    };

    private readonly Option<string?> _model =
        new Option<string?>("--model") { Description = "tiny or small [default: small, with cpu tiny]", HelpName = "MODEL" }
            .AcceptOnlyFromAmong("tiny", "small");

    private readonly Option<int[]> _batches = new("--batches")
    {
        Description = "Clips at once [default: 1 4 16 64 256, with cpu 1 2]",
        HelpName = "N",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<int> _seconds = Inputs.Count("--seconds", 2, "Time for each measurement");
    private readonly Option<int?> _from = new("--from") { Hidden = true }; // given to the process that climbs

    public GpuCommand() : base(
        "gpu",
        "Try a graphics card from loading torch to training, one step after another, compare it with the CPU, and measure its speed.")
    {
        foreach (var option in (Option[])[_device, _model, _batches, _seconds, _from]) Add(option);
        SetAction(Run);
    }

    private int Run(ParseResult arguments)
    {
        string device = arguments.GetRequiredValue(_device);
        bool isCpu = device == "cpu";
        string name = arguments.GetValue(_model) ?? (isCpu ? "tiny" : "small");
        var model = name == "tiny" ? AudioBsqOptions.Tiny : AudioBsqOptions.Small;
        int[] batches = arguments.GetValue(_batches) is { Length: > 0 } asked ? asked : isCpu ? [1, 2] : [1, 4, 16, 64, 256];
        int seconds = arguments.GetValue(_seconds);
        var ladder = new Ladder(device, model, batches, seconds);
        if (arguments.GetValue(_from) is { } from)
        {
            LadderClimb.Run(ladder, from);
            return 0;
        }

        if (isCpu) Console.WriteLine("On the CPU, as asked: this tries the command, and says nothing of a graphics card.");
        Console.WriteLine(
            FormattableString.Invariant($"{name}, clips of {model.WindowFrames / 100.0:F2} s; {Environment.ProcessorCount} processors; ")
            + string.Join(", ", Cards()));
        string[] same = ["--device", device, "--model", name, "--seconds", $"{seconds}", "--batches", .. batches.Select(Text)];
        var watch = new LadderWatch(ladder.Steps, step => Start([Name, .. same, "--from", Text(step)]), Console.Out);
        watch.Run();
        SpeedTable.Write(watch.Speeds, Console.Out);
        Console.WriteLine(watch.Failures == 0 ? "\nAll steps passed." : $"\n{watch.Failures} of {ladder.Steps.Count} steps did not pass.");
        return watch.Failures == 0 ? 0 : 1;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static ProcessStartInfo Start(string[] arguments)
    {
        var start = OwnProcess.With(arguments);
        start.RedirectStandardError = true;
        return start;
    }

    private static string[] Cards()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("nvidia-smi", ["-L"]) { RedirectStandardOutput = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : ["nvidia-smi finds no card"];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return ["there is no nvidia-smi"];
        }
    }
}
