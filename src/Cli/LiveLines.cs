using System.Text.Json;

namespace AudioBsq.Cli;

/// <summary>Tokens of live sound as text: one JSON object a line for the time steps that became certain together, written at once.</summary>
internal sealed class LiveLines(TextWriter writer, AudioBsqModel model)
{
    private static readonly JsonSerializerOptions Settings = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly int _perStep = model.Options.TokensOf(1);
    private long _steps;

    public void Write(int[] tokens)
    {
        if (tokens.Length == 0) return;
        double start = (double)_steps * model.Options.PatchFrames * model.Mel.HopLength / model.Mel.SampleRate;
        writer.Write(JsonSerializer.Serialize(new Line(_steps, Math.Round(start, 6), tokens), Settings) + "\n");
        writer.Flush();
        _steps += tokens.Length / _perStep;
    }

    /// <summary>One line.</summary>
    /// <param name="Step">Number of its first time step, from 0.</param>
    /// <param name="Start">When that starts, in seconds from the sound's beginning.</param>
    /// <param name="Tokens">Of whole time steps in their order, within each from low to high bands.</param>
    private sealed record Line(long Step, double Start, int[] Tokens);
}
