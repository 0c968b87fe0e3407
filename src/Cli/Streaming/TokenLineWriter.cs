using System.Text.Json;

namespace AudioBsq.Cli.Streaming;

/// <summary>Writes live tokens as text: one JSON object on a line for the time steps that were completed together, at once.</summary>
internal sealed class TokenLineWriter(TextWriter writer, AudioBsqModel model)
{
    private static readonly JsonSerializerOptions Settings = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly int _perStep = model.Options.TokensPerStep;
    private long _steps;

    public void Write(int[] tokens)
    {
        if (tokens.Length == 0) return;
        writer.Write(JsonSerializer.Serialize(new TokenLine(_steps, TokenLine.StartOf(_steps, model), tokens), Settings) + "\n");
        writer.Flush();
        _steps += tokens.Length / _perStep;
    }
}
