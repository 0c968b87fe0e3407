using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using AudioBsq.Inference;
using AudioBsq.Signal;

namespace Service;

/// <summary>
/// GET /live as a WebSocket: 16-bit mono samples in (binary messages of any size), tokens out (JSON messages), as soon as they are
/// certain. The text message <c>end</c> gives the last tokens and closes. All together they are the tokens of the whole recording.
/// </summary>
internal sealed class LiveStream : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly WebSocket _socket;
    private readonly SpeechModels _models;
    private readonly ServiceSettings _settings;
    private readonly StreamingResampler _resampler;
    private readonly StreamingTokenizer _tokenizer;
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _held; // bytes of a sample whose other byte is still to come: 0 or 1
    private long _sent;

    private LiveStream(WebSocket socket, int rate, SpeechModels models, ServiceSettings settings)
    {
        (_socket, _models, _settings) = (socket, models, settings);
        _resampler = new StreamingResampler(rate, models.Tokenizer.Mel.SampleRate);
        _tokenizer = models.Tokenizer.CreateStreamingTokenizer();
    }

    public static async Task Serve(
        HttpContext context, SpeechModels models, ServiceSettings settings, IHostApplicationLifetime host, int rate = 16_000)
    {
        if (!context.WebSockets.IsWebSocketRequest) throw new Refusal(400, "/live wants a WebSocket.");
        if (rate is < 8_000 or > 96_000) throw new Refusal(400, "rate must be from 8000 to 96000 Hz.");
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var stream = new LiveStream(socket, rate, models, settings);
        try
        {
            var (status, why) = await stream.Run(host.ApplicationStopping, context.RequestAborted);
            await socket.CloseOutputAsync(status, why, context.RequestAborted);
        }
        catch (WebSocketException)
        {
            // The client left without a word.
        }
    }

    public void Dispose() => _tokenizer.Dispose();

    // Until the client ends it, or breaks a limit, or the service stops. The next message is read when the last one is done: what comes
    // too fast waits with the client.
    private async Task<(WebSocketCloseStatus Status, string Why)> Run(CancellationToken stopping, CancellationToken aborted)
    {
        while (true)
        {
            var message = _socket.ReceiveAsync(_buffer.AsMemory(_held), aborted).AsTask();
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            if (await Task.WhenAny(message, Task.Delay(TimeSpan.FromSeconds(_settings.MaxIdleSeconds), waiting.Token)) != message)
            {
                return stopping.IsCancellationRequested
                    ? (WebSocketCloseStatus.EndpointUnavailable, "The service stops.")
                    : (WebSocketCloseStatus.PolicyViolation, $"Nothing came for {_settings.MaxIdleSeconds} s.");
            }

            await waiting.CancelAsync();
            var got = await message;
            if (got.MessageType == WebSocketMessageType.Close) return (WebSocketCloseStatus.NormalClosure, "");
            if (got.MessageType == WebSocketMessageType.Text)
            {
                if (!got.EndOfMessage || !_buffer.AsSpan(_held, got.Count).SequenceEqual("end"u8))
                    return (WebSocketCloseStatus.InvalidPayloadData, "A text message must be: end.");
                await Send(await _models.Compute("live", Flush, aborted), isLast: true, aborted);
                return (WebSocketCloseStatus.NormalClosure, "");
            }

            int bytes = _held + got.Count;
            await Send(await _models.Compute("live", () => Accept(bytes), aborted), isLast: false, aborted);
            if (_resampler.Samples > (long)_settings.MaxStreamSeconds * _resampler.FromRate)
            {
                string why = $"The stream has more than {_settings.MaxStreamSeconds} s of sound, the limit.";
                return (WebSocketCloseStatus.MessageTooBig, why);
            }
        }
    }

    private int[] Accept(int bytes)
    {
        var pcm = MemoryMarshal.Cast<byte, short>(_buffer.AsSpan(0, bytes & ~1));
        float[] samples = new float[pcm.Length];
        for (int n = 0; n < samples.Length; n++) samples[n] = pcm[n] / 32_768f;
        _held = bytes & 1;
        if (_held == 1) _buffer[0] = _buffer[bytes - 1];
        return _tokenizer.Accept(_resampler.Accept(samples));
    }

    private int[] Flush()
    {
        int[] last = _tokenizer.Accept(_resampler.Flush());
        return [.. last, .. _tokenizer.Flush()];
    }

    private async Task Send(int[] tokens, bool isLast, CancellationToken aborted)
    {
        if (tokens.Length == 0 && !isLast) return;
        var message = new { first = _sent, tokens, last = isLast };
        _sent += tokens.Length;
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, Json), WebSocketMessageType.Text, endOfMessage: true, aborted);
    }
}
