using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Timeouts;
using OpenTelemetry.Metrics;

namespace Service;

/// <summary>The web application: its limits, its measures and its addresses. Start reading here.</summary>
internal static class SpeechService
{
    private const string Uploads = "uploads", Streams = "streams";

    public static WebApplication Build(string[] args, ServiceSettings? settings = null)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        settings ??= builder.Configuration.GetSection("Service").Get<ServiceSettings>() ?? new ServiceSettings();
        Validator.ValidateObject(settings, new ValidationContext(settings), validateAllProperties: true);
        if (builder.Configuration["urls"] is null) builder.WebHost.UseUrls("http://localhost:5080");
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = 8L * settings.MaxUploadBytes; // what is too large is read on, so that its answer arrives
            server.Limits.MaxConcurrentConnections = 4 * (settings.MaxUploads + settings.MaxStreams);
            server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10); // bodies have Kestrel's minimum rate, 240 bytes a second
        });
        builder.Services
            .AddSingleton(settings)
            .AddSingleton<SpeechModels>()
            .AddSingleton<Measures>()
            .AddHostedService<WarmUp>()
            .AddRateLimiter(limits =>
            {
                limits.OnRejected = async (context, _) =>
                {
                    context.HttpContext.Response.Headers.RetryAfter = "1";
                    await Refusal.Write(context.HttpContext, 429, "The service is full: try again in a second.");
                };
                limits.AddPolicy(Uploads, _ => Slots(Uploads, settings.MaxUploads));
                limits.AddPolicy(Streams, _ => Slots(Streams, settings.MaxStreams));
            })
            .AddRequestTimeouts(timeouts => timeouts.AddPolicy(Uploads, new RequestTimeoutPolicy
            {
                Timeout = TimeSpan.FromSeconds(settings.MaxAnswerSeconds),
                WriteTimeoutResponse = context => Refusal.Write(
                    context, 503, $"There was no answer within {settings.MaxAnswerSeconds} s: the service is busy, or the upload slow."),
            }));
        builder.Services.AddHealthChecks().AddCheck<WarmUpCheck>("models");
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(Measures.Meter, "Microsoft.AspNetCore.*", "System.Runtime")
            .AddPrometheusExporter());

        var app = builder.Build();
        app.Services.GetRequiredService<SpeechModels>(); // loaded now: a service without its models does not start
        app.UseStatusCodePages(page => Refusal.WriteFor(page.HttpContext));
        app.Use(Refusal.Catch);
        app.UseWebSockets(new WebSocketOptions
        {
            KeepAliveInterval = TimeSpan.FromSeconds(10),
            KeepAliveTimeout = TimeSpan.FromSeconds(10),
        });
        app.UseRouting(); // before what depends on the address
        app.UseRateLimiter();
        app.UseRequestTimeouts();
        app.MapPost("/tokens", Endpoints.Tokenize).RequireRateLimiting(Uploads).WithRequestTimeout(Uploads);
        app.MapPost("/sound", Endpoints.Synthesize).RequireRateLimiting(Uploads).WithRequestTimeout(Uploads);
        app.MapGet("/live", LiveStream.Serve).RequireRateLimiting(Streams);
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false }); // the process answers
        app.MapHealthChecks("/health/ready");                                  // the models are loaded
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapPage("/", "page.html", "text/html; charset=utf-8");
        app.MapPage("/page.css", "page.css", "text/css; charset=utf-8");
        app.MapPage("/page.js", "page.js", "text/javascript; charset=utf-8");
        app.MapPage("/recorder.js", "recorder.js", "text/javascript; charset=utf-8");
        return app;
    }

    private static RateLimitPartition<string> Slots(string name, int count) =>
        RateLimitPartition.GetConcurrencyLimiter(name, _ => new ConcurrencyLimiterOptions { PermitLimit = count });
}
