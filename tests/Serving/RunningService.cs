using System.Net.WebSockets;
using System.Text.Json;
using AudioBsq.Decoding;
using AudioBsq.Signal;
using Microsoft.AspNetCore.Builder;
using Service;

namespace AudioBsq.Tests.Serving;

/// <summary>samples/Service on a free port of this machine, in this process, and a clip to send.</summary>
public sealed class RunningService : IAsyncLifetime
{
    private readonly WebApplication _app;

    public RunningService() : this(new ServiceSettings { MaxUploadBytes = 1 << 20, MaxSeconds = 20 })
    {
    }

    internal RunningService(ServiceSettings settings)
    {
        Clip = File.ReadAllBytes(Path.Combine(TestData.Root, "samples", "clips", "dev", "1183-124566-0000.flac"));
        _app = SpeechService.Build(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "Critical"], settings);
    }

    public byte[] Clip { get; }

    public HttpClient Client { get; } = new();

    internal SpeechModels Models => (SpeechModels)_app.Services.GetService(typeof(SpeechModels))!;

    public Uri Address => new(_app.Urls.Single());

    public async Task InitializeAsync()
    {
        await _app.StartAsync();
        Client.BaseAddress = Address;
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    public Task StopAsync() => _app.StopAsync();

    /// <summary>The samples of <see cref="Clip"/>, and the tokens that the model gives for them.</summary>
    public (float[] Samples, int[] Tokens) Expected()
    {
        var model = Models.Tokenizer;
        float[] samples = AudioFile.Read(Clip, "clip", model.Mel.SampleRate).Samples;
        return (samples, model.Encode(new MelSpectrogram(model.Mel).Extract(samples)));
    }

    public async Task<ClientWebSocket> ConnectAsync(string query = "")
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{Address.Authority}/live{query}"), CancellationToken.None);
        return socket;
    }

    /// <summary>Reads tokens until the service closes the stream.</summary>
    public static async Task<int[]> ReadAsync(ClientWebSocket socket)
    {
        byte[] buffer = new byte[1 << 16];
        var tokens = new List<int>();
        while (true)
        {
            int length = 0;
            ValueWebSocketReceiveResult got;
            do
            {
                got = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += got.Count;
            }
            while (!got.EndOfMessage);
            if (got.MessageType == WebSocketMessageType.Close) break;
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            Assert.Equal(tokens.Count, json.RootElement.GetProperty("first").GetInt32());
            tokens.AddRange(json.RootElement.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32()));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        return [.. tokens];
    }
}
