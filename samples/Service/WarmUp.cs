using AudioBsq.Decoding;
using AudioBsq.Signal;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Service;

/// <summary>
/// Sends a second of silence through the models before the first client does, so that the first client does not wait for code to be
/// compiled. The service is ready after it.
/// </summary>
internal sealed class WarmUp(SpeechModels models) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        int rate = models.Tokenizer.Mel.SampleRate;
        var silence = new MemoryStream();
        AudioFile.WriteWav(silence, new Waveform(new float[rate], rate));
        silence.Position = 0;
        var (tokens, samples) = await models.Tokenize(silence, stoppingToken);

        byte[] container = Endpoints.Container(models.Tokenizer.CreateTokenHeader("silence", samples), tokens, samples);
        await models.Synthesize(new MemoryStream(container), stoppingToken);
    }
}

/// <summary>Whether the warm-up is over.</summary>
internal sealed class WarmUpCheck(IEnumerable<IHostedService> services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var work = services.OfType<WarmUp>().Single().ExecuteTask;
        return Task.FromResult(work is { IsCompletedSuccessfully: true } ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
    }
}
