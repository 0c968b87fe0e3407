namespace AudioBsq.Cli.Streaming;

/// <summary>One line of the tokens of live sound: those of the time steps that became certain together.</summary>
/// <param name="Step">Number of its first time step, from 0.</param>
/// <param name="Start">When that starts, in seconds from the sound's beginning.</param>
/// <param name="Tokens">Of whole time steps in their order, within each from low to high bands.</param>
internal sealed record TokenLine(long Step, double Start, int[] Tokens)
{
    /// <summary>When a step starts, as it is written.</summary>
    public static double StartOf(long step, AudioBsqModel model) => Math.Round((double)step * model.Options.PatchFrames * model.Mel.HopLength / model.Mel.SampleRate, 6);
}
