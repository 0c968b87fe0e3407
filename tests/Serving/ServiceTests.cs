using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Tokens;
using Service;

namespace AudioBsq.Tests.Serving;

/// <summary>What the sample service answers to good requests and to bad ones.</summary>
[WithoutTorch]
public sealed class ServiceTests(RunningService service) : IClassFixture<RunningService>
{
    [Fact, Trait("Speed", "Slow")]
    public async Task Tokens_AreThoseOfTheModel()
    {
        var (samples, tokens) = service.Expected();

        var answer = await service.Client.PostAsync("/tokens", new ByteArrayContent(service.Clip));

        var got = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(tokens, got.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32()));
        Assert.Equal(samples.Length, got.GetProperty("samples").GetInt32());
        Assert.Equal(18, got.GetProperty("bitsPerToken").GetInt32());
    }

    [Fact, Trait("Speed", "Slow")]
    public async Task Container_ComesBackAsTheSoundOfItsTokens()
    {
        var (samples, tokens) = service.Expected();

        var container = await service.Client.PostAsync("/tokens?as=absq", new ByteArrayContent(service.Clip));
        byte[] bytes = await container.Content.ReadAsByteArrayAsync();
        var answer = await service.Client.PostAsync("/sound", new ByteArrayContent(bytes));

        Assert.Equal(tokens, new TokenReader(new MemoryStream(bytes)).ReadAll().Tokens);
        var sound = AudioFile.Read(await answer.Content.ReadAsByteArrayAsync(), "answer");
        Assert.Equal("audio/wav", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(samples.Length, sound.Samples.Length);
        Assert.True(sound.Samples.Max(Math.Abs) > 0.05);
    }

    [Fact, Trait("Speed", "Slow")]
    public async Task Live_InOddPieces_GivesTheTokensOfTheWhole()
    {
        var model = service.Models.Tokenizer;
        float[] samples = service.Expected().Samples;
        short[] pcm = Array.ConvertAll(samples, sample => (short)Math.Clamp(MathF.Round(sample * 32_768), -32_768, 32_767));
        int[] expected = model.Encode(new MelSpectrogram(model.Mel).Extract(Array.ConvertAll(pcm, sample => sample / 32_768f)));
        byte[] bytes = MemoryMarshal.AsBytes(pcm.AsSpan()).ToArray();

        using var socket = await service.ConnectAsync();
        foreach (byte[] piece in bytes.Chunk(7_777)) await socket.SendAsync(piece, WebSocketMessageType.Binary, true, default);
        await socket.SendAsync("end"u8.ToArray(), WebSocketMessageType.Text, true, default);

        Assert.Equal(expected, await RunningService.ReadAsync(socket));
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task Live_ClosesAtAWordItDoesNotKnow()
    {
        using var socket = await service.ConnectAsync("?rate=8000");

        await socket.SendAsync("stop"u8.ToArray(), WebSocketMessageType.Text, true, default);
        await RunningService.ReadAsync(socket);

        Assert.Equal(WebSocketCloseStatus.InvalidPayloadData, socket.CloseStatus);
        Assert.Equal("A text message must be: end.", socket.CloseStatusDescription);
    }

    [Theory]
    [InlineData("MaxIdleSeconds", 0, WebSocketCloseStatus.PolicyViolation, "Nothing came for 1 s.")]
    [InlineData("MaxStreamSeconds", 40_000, WebSocketCloseStatus.MessageTooBig, "The stream has more than 1 s of sound, the limit.")]
    public async Task Live_ClosesAtItsLimits(string limit, int bytes, WebSocketCloseStatus status, string says)
    {
        var settings = new ServiceSettings();
        settings = limit == "MaxIdleSeconds" ? settings with { MaxIdleSeconds = 1 } : settings with { MaxStreamSeconds = 1 };
        var limited = new RunningService(settings);
        await limited.InitializeAsync();
        using var socket = await limited.ConnectAsync();

        if (bytes > 0) await socket.SendAsync(new byte[bytes], WebSocketMessageType.Binary, true, default);
        await RunningService.ReadAsync(socket);

        Assert.Equal((status, says), (socket.CloseStatus!.Value, socket.CloseStatusDescription));
        await limited.DisposeAsync();
    }

    public static TheoryData<string, string, string, int, string> Refusals => new()
    {
        { "POST", "/tokens", "", 400, "The body is empty" },
        { "POST", "/tokens", "noise", 422, "the upload" },
        { "POST", "/tokens", "damaged", 422, "the upload" },
        { "POST", "/tokens", "long", 413, "more than 20 seconds" },
        { "POST", "/tokens", "large", 413, "more than 1048576 bytes" },
        { "POST", "/tokens", "form", 415, "not a form" },
        { "POST", "/tokens?as=mp3", "clip", 400, "json or absq" },
        { "POST", "/sound", "", 400, "The body is empty" },
        { "POST", "/sound", "clip", 422, "token container" },
        { "POST", "/sound", "cut", 422, "missing" },
        { "POST", "/sound", "other", 422, "speech900" },
        { "GET", "/tokens", "", 405, "another method" },
        { "GET", "/live", "", 400, "WebSocket" },
        { "GET", "/../appsettings.json", "", 404, "Nothing is here" },
        { "GET", "/%2e%2e/%2e%2e/etc/passwd", "", 404, "Nothing is here" },
    };

    [Theory, MemberData(nameof(Refusals))]
    public async Task BadRequest_IsRefusedWithASentence(string method, string address, string body, int status, string says)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (body == "form") request.Content = new MultipartFormDataContent { { new ByteArrayContent([1]), "f" } };
        else if (method == "POST") request.Content = new ByteArrayContent(Body(body));

        var answer = await service.Client.SendAsync(request);

        string error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString()!;
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FullService_Answers429_AndServesAgainLater()
    {
        var one = new RunningService(new ServiceSettings { MaxUploads = 1 });
        await one.InitializeAsync();
        using var slow = new TcpClient();
        await slow.ConnectAsync(one.Address.Host, one.Address.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST /tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nhalf"));

        HttpResponseMessage full;
        do full = await one.Client.PostAsync("/tokens", new ByteArrayContent(Body("noise")));
        while (full.StatusCode != HttpStatusCode.TooManyRequests); // until the slow one holds the only place
        slow.Close();
        HttpResponseMessage later;
        do later = await one.Client.PostAsync("/tokens", new ByteArrayContent(Body("noise")));
        while (later.StatusCode == HttpStatusCode.TooManyRequests);

        Assert.Equal("1", full.Headers.RetryAfter!.ToString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, later.StatusCode);
        await one.DisposeAsync();
    }

    [Fact]
    public async Task StoppingService_TellsItsLiveStreams()
    {
        var stopping = new RunningService(new ServiceSettings());
        await stopping.InitializeAsync();
        using var socket = await stopping.ConnectAsync();

        var stop = stopping.StopAsync();
        await RunningService.ReadAsync(socket);

        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.CloseStatus);
        await stop;
        await stopping.DisposeAsync();
    }

    [Fact]
    public async Task HealthAndMetrics_TellWhatWasDone()
    {
        while (!(await service.Client.GetAsync("/health/ready")).IsSuccessStatusCode) await Task.Yield(); // the warm-up

        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/health/live")).StatusCode);
        string page = await service.Client.GetStringAsync("/metrics");
        Assert.Contains("audiobsq_sound_seconds_total", page, StringComparison.Ordinal);
        Assert.Contains("audiobsq_time_seconds_bucket", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MaxSeconds", "0"), InlineData("MaxUploads", "-1"), InlineData("Model", "speech1")]
    public void Build_RefusesSettingsThatCannotBe(string name, string value)
    {
        var refused = Assert.ThrowsAny<Exception>(() => SpeechService.Build([$"--Service:{name}", value]));

        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    private byte[] Body(string kind)
    {
        switch (kind)
        {
            case "": return [];
            case "clip": return service.Clip;
            case "noise": return [.. Enumerable.Range(0, 5_000).Select(i => (byte)(i * i))];
            case "damaged":
                byte[] clip = [.. service.Clip];
                clip[clip.Length / 2] ^= 1;
                return clip;
            case "long": return Wav(new float[21 * 8_000], 8_000);
            case "large": return new byte[(1 << 20) + 1];
            default:
                using (var model = PretrainedAudioModels.Find(kind == "other" ? "speech450" : "speech900")!.LoadTokenizer("onnx"))
                {
                    byte[] container = Container(model.CreateTokenHeader("other", 16_000), new int[52]);
                    return kind == "other" ? container : container[..^100];
                }
        }
    }

    private static byte[] Container(TokenHeader header, int[] tokens)
    {
        var file = new MemoryStream();
        using var writer = new TokenWriter(file, header);
        writer.Write(tokens);
        writer.Complete(16_000);
        return file.ToArray();
    }

    private static byte[] Wav(float[] samples, int rate)
    {
        using var file = new MemoryStream();
        AudioFile.WriteWav(file, new Waveform(samples, rate));
        return file.ToArray();
    }
}
