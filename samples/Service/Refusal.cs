namespace Service;

/// <summary>A request that is not fulfilled, and why: the status and a sentence, which are its answer.</summary>
internal sealed partial class Refusal(int status, string sentence) : Exception(sentence)
{
    /// <summary>Middleware that answers every failure with a sentence as JSON.</summary>
    public static async Task Catch(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted) context.Response.StatusCode = 499; // the client is gone: this is for the measures
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            var (code, why) = Answer(failure);
            if (code >= 500) LogFailure(context.RequestServices.GetRequiredService<ILogger<Refusal>>(), failure, context.Request.Path);
            await Write(context, code, why);
        }
    }

    public static Task Write(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = sentence }, CancellationToken.None);
    }

    /// <summary>The sentence for a status that ASP.NET Core gave without one.</summary>
    public static Task WriteFor(HttpContext context) => Write(context, context.Response.StatusCode, context.Response.StatusCode switch
    {
        404 => "Nothing is here: try /, /tokens, /sound, /live, /health/ready or /metrics.",
        405 => "This address has another method: POST for /tokens and /sound, GET for the others.",
        _ => "The request cannot be understood.",
    });

    private (int Status, string Sentence) Content => (status, Message);

    private static (int Status, string Sentence) Answer(Exception failure) => failure switch
    {
        Refusal refusal => refusal.Content,
        BadHttpRequestException { StatusCode: 413 } => (413, "The body has more bytes than the limit."),
        BadHttpRequestException { StatusCode: 408 } => (408, "The body came too slowly."),
        BadHttpRequestException bad => (bad.StatusCode, $"The request cannot be read: {bad.Message}"),
        InvalidDataException or NotSupportedException => (422, failure.Message), // what the library says of damaged or unknown files
        _ => (500, "Something failed here; it is in the log."),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} failed.")]
    private static partial void LogFailure(ILogger logger, Exception failure, string path);
}
