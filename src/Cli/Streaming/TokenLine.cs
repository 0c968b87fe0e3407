namespace AudioBsq.Cli.Streaming;

/// <summary>One line of live tokens: those of the time steps that were completed together.</summary>
/// <param name="Step">Number of its first time step, from 0.</param>
/// <param name="Start">Start of that step, in seconds from the beginning of the sound.</param>
/// <param name="Tokens">Tokens of whole time steps in order, within each from low to high bands.</param>
internal sealed record TokenLine(long Step, double Start, int[] Tokens)
{
    /// <summary>Start of a step, rounded to microseconds.</summary>
    public static double StartOf(long step, AudioBsqModel model) =>
        Math.Round((double)step * model.Options.PatchFrames * model.Mel.HopLength / model.Mel.SampleRate, 6);
}
