using System.CommandLine;
using System.Text.Json;
using AudioBsq.Benchmarks.Performance;
using AudioBsq.Distributed;
using AudioBsq.Training;
using TorchSharp;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>rank-steps</c>: training steps as one of the ranks that a launcher started; rank 0 prints their seconds.</summary>
internal sealed class RankStepsCommand : Command
{
    private const int Warm = 3;

    private readonly Option<string> _model = RanksCommand.Model();
    private readonly Option<int> _batch = Inputs.Count("--batch", 4, "Crops of a step, of all ranks");
    private readonly Option<int> _steps = Inputs.Count("--steps", 10, "Measured steps");
    private readonly Option<int> _threads = Inputs.Count("--threads", 1, "Threads of each rank");
    private readonly Option<bool> _apart = new("--apart") { Description = "Exchange gradients after the backward pass, not beside it" };

    public RankStepsCommand() : base("rank-steps", "Time training steps as one rank of a job; see ranks.")
    {
        foreach (var option in (Option[])[_model, _batch, _steps, _threads, _apart]) Add(option);
        SetAction(arguments =>
        {
            using var job = TrainingJob.Join("cpu");
            torch.set_num_threads(arguments.GetValue(_threads));
            RankGroup.Current.Gradients.Overlaps = !arguments.GetValue(_apart);
            var bench = RanksCommand.Find(arguments.GetValue(_model)!) with { Batch = arguments.GetValue(_batch) };
            using var run = new StepRun(bench, TrainingPrecision.Full, new Clock(processor: false));
            double[] seconds = [.. Enumerable.Range(0, Warm + arguments.GetValue(_steps)).Select(_ => run.Step()[1]).Skip(Warm)];
            if (job.IsFirst) Console.WriteLine(JsonSerializer.Serialize(seconds));
            return 0;
        });
    }
}
