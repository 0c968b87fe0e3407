using AudioBsq.Decoding;
using PuppeteerSharp;

namespace AudioBsq.Tests.Serving;

/// <summary>The sample service's page in a real browser, whose microphone is a file.</summary>
[WithoutTorch]
public sealed class ServicePageTests(RunningService service) : IClassFixture<RunningService>, IDisposable
{
    private static readonly string[] Browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly string _sound = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.wav"); // what the microphone hears

    [SkippableFact, Trait("Speed", "Slow")]
    public async Task Page_RecordsAndPlaysWhatTheTokensSay()
    {
        await using var window = await Open();
        await using var page = await window.NewPageAsync();
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error.Message);
        await page.GoToAsync(service.Address.ToString());

        await page.ClickAsync("#record");
        await page.WaitForFunctionAsync("() => parseInt(document.getElementById('count').textContent) >= 150"); // three seconds
        await page.ClickAsync("#record");
        await page.WaitForFunctionAsync("() => document.getElementById('state').textContent.startsWith('Done')");

        var said = await page.EvaluateExpressionAsync<string>("document.getElementById('sizes').textContent");
        await page.WaitForFunctionAsync("() => document.getElementById('again-sound').duration >= 3"); // a player that can play it knows
        if (Environment.GetEnvironmentVariable("AUDIOBSQ_SCREENSHOT") is { } picture)
            await page.ScreenshotAsync(picture, new() { FullPage = true });
        Assert.Empty(errors);
        Assert.Matches("^[0-9,]+ bytes of sound became [0-9,]+ bytes of tokens.$", said);
    }

    [SkippableFact, Trait("Speed", "Slow")]
    public async Task Page_ShowsWhatIsWrongWithAFile()
    {
        await using var window = await Open();
        await using var page = await window.NewPageAsync();
        await page.GoToAsync(service.Address.ToString());
        var input = await page.QuerySelectorAsync("#file");

        await input!.UploadFileAsync(Path.Combine(TestData.Root, "README.md"));
        await page.WaitForFunctionAsync("() => document.getElementById('state').textContent.includes('the upload')");
    }

    public void Dispose() => File.Delete(_sound);

    private async Task<IBrowser> Open()
    {
        string? browser = Browsers.FirstOrDefault(File.Exists);
        Skip.If(browser is null, "no Chromium or Chrome is installed");
        AudioFile.WriteWav(_sound, AudioFile.Read(service.Clip, "clip", 48_000));
        return await Puppeteer.LaunchAsync(new LaunchOptions
        {
            ExecutablePath = browser,
            Args =
            [
                "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
                $"--use-file-for-fake-audio-capture={_sound}", "--autoplay-policy=no-user-gesture-required",
            ],
        });
    }
}
