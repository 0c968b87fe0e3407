using AudioBsq.Distributed;

namespace AudioBsq.Cli.Console;

/// <summary>Runs a training as one of the ranks of a job; rank 0 says what all do, and the others say only why they fail.</summary>
internal static class RankRun
{
    /// <summary>The terminal for rank 0; for others one that says nothing.</summary>
    public static Terminal OfRank(this Terminal terminal, TrainingJob job) =>
        job.IsFirst ? terminal : new Terminal(TextWriter.Null, TextWriter.Null);

    public static int RunRank(this Terminal terminal, Func<TrainingJob> join, Func<TrainingJob, int> train)
    {
        using var job = join();
        if (job.Size == 1) return train(job);
        if (job.IsFirst)
        {
            terminal.Say(FormattableString.Invariant(
                $"rank 0 of {job.Size}, connected by {job.Connection}, with {job.Threads} threads each; the others say nothing."));
        }

        try
        {
            return train(job);
        }
        catch (Exception failure)
        {
            job.Abort();
            if (failure is not OperationCanceledException) terminal.Say($"rank {job.Rank} of {job.Size} cannot go on, for this reason:");
            throw;
        }
    }
}
