using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Streaming;

/// <summary>Reads the lines of a <see cref="TokenLineWriter"/>, as they come.</summary>
internal sealed class TokenLineReader(TextReader reader, AudioBsqModel model)
{
    // Unknown members are ignored: other programs may add their own.
    private static readonly JsonSerializerOptions Settings = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    private long _number, _steps;

    /// <summary>Reads the tokens of the next line, which are of whole time steps; null at the end.</summary>
    /// <exception cref="InvalidDataException">The line is malformed, or does not follow the one before.</exception>
    public int[]? Next()
    {
        string? text;
        do
        {
            text = reader.ReadLine();
            _number++;
        }
        while (text is not null && string.IsNullOrWhiteSpace(text));
        if (text is null) return null;

        var line = Parse(text);
        int perStep = model.Options.TokensPerStep, bits = model.Options.BitsPerToken;
        double start = TokenLine.StartOf(line.Step, model);
        if (line.Step != _steps) throw Broken($"step {line.Step} does not follow what came before: the next one must be step {_steps}");
        if (!(Math.Abs(line.Start - start) <= 2e-6)) // less than that is rounding
        {
            string starts =
                string.Create(CultureInfo.InvariantCulture, $"starts at {line.Start} s, and with this model it must start at {start} s");
            throw Broken($"step {line.Step} {starts}: another model made it");
        }

        if (line.Tokens.Length == 0 || line.Tokens.Length % perStep != 0)
            throw Broken($"{line.Tokens.Length} tokens are no whole time steps: there must be {perStep} for each");
        foreach (int token in line.Tokens)
        {
            if (token < 0 || token >> bits != 0) throw Broken($"token {token} is not from 0 to {(1 << bits) - 1}");
        }

        _steps += line.Tokens.Length / perStep;
        return line.Tokens;
    }

    private TokenLine Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<TokenLine>(text, Settings) ?? throw Broken("null is no line of tokens");
        }
        catch (JsonException error)
        {
            throw Broken($"no line as 'audiobsq tokenize --pcm' writes it: {TokenFile.Reason(error)}");
        }
    }

    private InvalidDataException Broken(string what) => new($"line {_number}: {what}.");
}
