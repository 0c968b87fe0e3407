using AudioBsq.Decoding;
using AudioBsq.Tokens;

namespace Service;

/// <summary>Uploads and their answers.</summary>
internal static class Endpoints
{
    /// <summary>POST /tokens: a sound file → JSON, or with <c>?as=absq</c> a container of tokens.</summary>
    public static async Task<IResult> Tokenize(HttpContext context, SpeechModels models, string @as = "json")
    {
        if (@as is not ("json" or "absq")) throw new Refusal(400, "as must be json or absq.");
        var (tokens, samples) = await models.Tokenize(await Upload(context), context.RequestAborted);
        var header = models.Tokenizer.CreateTokenHeader("speech", samples) with { Coding = TokenCoding.Entropy };
        if (@as == "absq") return Results.Bytes(Container(header, tokens, samples), "application/octet-stream", "speech.absq");
        return Results.Json(new Tokenized(
            header.Fingerprint, header.SampleRate, samples, header.StepsPerSecond, header.TokensPerStep, header.BitsPerToken, tokens));
    }

    /// <summary>POST /sound: a container of tokens → a WAV file.</summary>
    public static async Task<IResult> Synthesize(HttpContext context, SpeechModels models)
    {
        var sound = await models.Synthesize(await Upload(context), context.RequestAborted);
        var file = new MemoryStream();
        AudioFile.WriteWav(file, sound);
        return Results.Bytes(file.ToArray(), "audio/wav", "speech.wav");
    }

    /// <summary>A page, style or script that is part of the program: no name of a file is ever made of an address.</summary>
    public static void MapPage(this WebApplication app, string address, string resource, string type)
    {
        using var content = typeof(Endpoints).Assembly.GetManifestResourceStream(resource)!;
        byte[] bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        app.MapGet(address, (HttpContext context) =>
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; media-src blob:";
            return Results.Bytes(bytes, type);
        });
    }

    /// <summary>A container of these tokens.</summary>
    public static byte[] Container(TokenHeader header, int[] tokens, int samples)
    {
        var file = new MemoryStream();
        using var writer = new TokenWriter(file, header);
        writer.Write(tokens);
        writer.Complete(samples);
        return file.ToArray();
    }

    private static async Task<MemoryStream> Upload(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true)
            throw new Refusal(415, "Send the file itself as the body, not a form.");
        int limit = context.RequestServices.GetRequiredService<ServiceSettings>().MaxUploadBytes;
        var file = new MemoryStream();
        byte[] block = new byte[1 << 16];
        bool isTooLarge = context.Request.ContentLength > limit;
        while (!isTooLarge && await context.Request.Body.ReadAsync(block, context.RequestAborted) is > 0 and var count)
        {
            file.Write(block, 0, count);
            isTooLarge = file.Length > limit;
        }

        if (isTooLarge) throw new Refusal(413, $"The body has more than {limit} bytes, which is the limit.");
        file.Position = 0;
        return file.Length > 0 ? file : throw new Refusal(400, "The body is empty: send a file.");
    }
}

/// <summary>The answer of POST /tokens: each step's tokens, low bands first, one step after another.</summary>
internal sealed record Tokenized(
    string Model, int SampleRate, int Samples, double StepsPerSecond, int TokensPerStep, int BitsPerToken, int[] Tokens);
