using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace AudioBsq.Benchmarks.Serving;

/// <summary>Requests to samples/Service: good ones, whose answers are checked to the bit, and bad ones, to be refused.</summary>
internal sealed class LoadRequests(HttpClient client, LoadInputs inputs)
{
    /// <summary>Returns what was answered, or throws <see cref="InvalidDataException"/> at a wrong answer.</summary>
    public delegate Task<string> Request(Random random, CancellationToken cancellation);

    /// <summary>Each kind of request, and how often it comes.</summary>
    public IReadOnlyList<(string Name, int Weight, Request Send)> Kinds =>
    [
        ("good: tokens", 20, Tokens),
        ("good: container and back", 20, ThereAndBack),
        ("good: live", 10, Live),
        ("hostile: noise as sound", 5, (random, c) => Refused("/tokens", Noise(random), c)),
        ("hostile: noise as container", 5, (random, c) => Refused("/sound", Noise(random), c)),
        ("hostile: changed sound", 5, ChangedSound),
        ("hostile: changed container", 5, ChangedContainer),
        ("hostile: container of another model", 3, (_, c) => Refused("/sound", inputs.OfOtherModel, c, 422)),
        ("hostile: empty", 2, (_, c) => Refused("/tokens", [], c, 400)),
        ("hostile: other address", 2, (random, c) => Get(Pick(random, Addresses), 404, c)),
        ("hostile: other method", 2, (_, c) => Get("/tokens", 405, c)),
        ("hostile: live with a wrong word", 2, WrongWord),
        ("huge: too many seconds", 2, (_, c) => Refused("/tokens", inputs.TooLong, c, 413)),
        ("huge: too many bytes", 2, TooManyBytes),
        ("slow: an upload that trickles", 1, Slow),
        ("cut off: client leaves", 6, CutOff),
        ("cut off: half an upload", 4, HalfUpload),
        ("cut off: live", 4, CutLive),
    ];

    private static readonly string[] Addresses = ["/../../etc/passwd", "/%2e%2e/appsettings.json", "/page.html", "/nothing"];

    private async Task<string> Tokens(Random random, CancellationToken cancellation)
    {
        var clip = Clip(random);
        using var answer = await client.PostAsync("/tokens", new ByteArrayContent(clip.File), cancellation);
        if (await IsFull(answer)) return "429";
        using var json = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellation));
        Expect(clip.Tokens.SequenceEqual(TokensIn(json)), "tokens");
        return "200";
    }

    private async Task<string> ThereAndBack(Random random, CancellationToken cancellation)
    {
        var clip = Clip(random);
        using var answer = await client.PostAsync("/tokens?as=absq", new ByteArrayContent(clip.File), cancellation);
        if (await IsFull(answer)) return "429";
        byte[] container = await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellation);
        Expect(container.AsSpan().SequenceEqual(clip.Container), "container");
        using var back = await client.PostAsync("/sound", new ByteArrayContent(container), cancellation);
        if (await IsFull(back)) return "429";
        byte[] sound = await back.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellation);
        Expect(sound.AsSpan().SequenceEqual(clip.Sound), "sound");
        return "200";
    }

    private async Task<string> Live(Random random, CancellationToken cancellation)
    {
        var clip = Clip(random);
        using var socket = await Connect(cancellation);
        var tokens = new List<int>();
        var reading = Task.Run(() => ReadLive(socket, tokens, cancellation), cancellation);
        for (int at = 0, size; at < clip.Pcm.Length; at += size)
        {
            size = Math.Min(random.Next(1, 40_000), clip.Pcm.Length - at);
            await socket.SendAsync(clip.Pcm.AsMemory(at, size), WebSocketMessageType.Binary, true, cancellation);
        }

        await socket.SendAsync("end"u8.ToArray(), WebSocketMessageType.Text, true, cancellation);
        await reading;
        Expect(clip.Tokens.SequenceEqual(tokens), "live tokens");
        return "closed";
    }

    private async Task<string> ChangedSound(Random random, CancellationToken cancellation)
    {
        byte[] file = Changed(Clip(random).File, random);
        using var answer = await client.PostAsync("/tokens", new ByteArrayContent(file), cancellation);
        if (answer.StatusCode != HttpStatusCode.OK) return await Refusal(answer, null, cancellation);
        await answer.Content.ReadAsByteArrayAsync(cancellation); // other samples are sound too
        return "200";
    }

    // Check sums find every change. One that hits the header alone can be mended from the tail: then the sound is the right one.
    private async Task<string> ChangedContainer(Random random, CancellationToken cancellation)
    {
        var clip = Clip(random);
        using var answer = await client.PostAsync("/sound", new ByteArrayContent(Changed(clip.Container, random)), cancellation);
        if (answer.StatusCode != HttpStatusCode.OK) return await Refusal(answer, null, cancellation);
        byte[] sound = await answer.Content.ReadAsByteArrayAsync(cancellation);
        Expect(sound.AsSpan().SequenceEqual(clip.Sound), "sound of a damaged container");
        return "200";
    }

    private async Task<string> WrongWord(Random random, CancellationToken cancellation)
    {
        using var socket = await Connect(cancellation);
        await socket.SendAsync("stop"u8.ToArray(), WebSocketMessageType.Text, true, cancellation);
        await ReadLive(socket, [], cancellation);
        Expect(socket.CloseStatus == WebSocketCloseStatus.InvalidPayloadData && socket.CloseStatusDescription!.EndsWith('.'), "close");
        return "closed with a sentence";
    }

    private async Task<string> TooManyBytes(Random random, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/tokens");
        request.Content = new StreamContent(new MemoryStream(new byte[40 << 20]));
        request.Headers.ExpectContinue = true; // so that the answer comes before 40 MB are on their way
        if (random.Next(2) == 0) (request.Headers.TransferEncodingChunked, request.Headers.ExpectContinue) = (true, null);
        try
        {
            using var answer = await client.SendAsync(request, cancellation);
            return await Refusal(answer, 413, cancellation);
        }
        catch (HttpRequestException failure) when (failure.InnerException is IOException)
        {
            return "connection closed"; // the server stopped reading before this side looked for its answer
        }
    }

    private async Task<string> Slow(Random random, CancellationToken cancellation)
    {
        using var tcp = await RawPost(10_000, cancellation);
        var stream = tcp.GetStream();
        var answer = ReadToEnd(stream, cancellation);
        while (!answer.IsCompleted)
        {
            try
            {
                await stream.WriteAsync(new byte[10], cancellation);
            }
            catch (IOException)
            {
                break;
            }

            await Task.WhenAny(answer, Task.Delay(1_000, cancellation));
        }

        string text = await answer;
        Expect(text.Contains(" 408 ", StringComparison.Ordinal) || text.Length == 0, text.Split('\r')[0]);
        return text.Length == 0 ? "connection closed" : "408";
    }

    private async Task<string> CutOff(Random random, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(random.Next(0, 200));
        try
        {
            using var answer = await client.PostAsync("/tokens?as=absq", new ByteArrayContent(Clip(random).File), limit.Token);
            return $"{(int)answer.StatusCode}";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "left";
        }
    }

    private async Task<string> HalfUpload(Random random, CancellationToken cancellation)
    {
        byte[] file = Clip(random).File;
        using var tcp = await RawPost(file.Length, cancellation);
        await tcp.GetStream().WriteAsync(file.AsMemory(0, file.Length / 2), cancellation);
        return "left";
    }

    private async Task<string> CutLive(Random random, CancellationToken cancellation)
    {
        using var socket = await Connect(cancellation);
        await socket.SendAsync(Clip(random).Pcm.AsMemory(0, 40_001), WebSocketMessageType.Binary, true, cancellation);
        if (random.Next(2) == 0) await Task.Delay(random.Next(100), cancellation);
        socket.Abort();
        return "left";
    }

    private async Task<string> Refused(string address, byte[] body, CancellationToken cancellation, int? status = null)
    {
        using var answer = await client.PostAsync(address, new ByteArrayContent(body), cancellation);
        return await Refusal(answer, status, cancellation);
    }

    private async Task<string> Get(string address, int status, CancellationToken cancellation)
    {
        using var answer = await client.GetAsync(address, cancellation);
        return await Refusal(answer, status, cancellation);
    }

    private static async Task<string> Refusal(HttpResponseMessage answer, int? expected, CancellationToken cancellation)
    {
        int status = (int)answer.StatusCode;
        string text = await answer.Content.ReadAsStringAsync(cancellation);
        Expect(status is >= 400 and < 500 && (expected is null || status == expected || status == 429), $"status {status}, {text}");
        using var json = JsonDocument.Parse(text);
        string sentence = json.RootElement.GetProperty("error").GetString() ?? "";
        Expect(sentence.Length > 10 && sentence.EndsWith('.'), $"no sentence: {text}");
        return $"{status}";
    }

    private static async Task<bool> IsFull(HttpResponseMessage answer) =>
        answer.StatusCode == HttpStatusCode.TooManyRequests && await Refusal(answer, 429, default) == "429";

    private async Task<ClientWebSocket> Connect(CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(client.BaseAddress!) { Scheme = "ws", Path = "/live" }.Uri, cancellation);
        return socket;
    }

    private static async Task ReadLive(ClientWebSocket socket, List<int> tokens, CancellationToken cancellation)
    {
        byte[] buffer = new byte[1 << 16];
        while (true)
        {
            int length = 0;
            ValueWebSocketReceiveResult got;
            do
            {
                got = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
                length += got.Count;
            }
            while (!got.EndOfMessage);
            if (got.MessageType == WebSocketMessageType.Close) break;
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            Expect(json.RootElement.GetProperty("first").GetInt64() == tokens.Count, "place of live tokens");
            tokens.AddRange(TokensIn(json));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);
    }

    private async Task<TcpClient> RawPost(int length, CancellationToken cancellation)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port, cancellation);
        string head = $"POST /tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n";
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), cancellation);
        return tcp;
    }

    private static async Task<string> ReadToEnd(NetworkStream stream, CancellationToken cancellation)
    {
        try
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            return await reader.ReadToEndAsync(cancellation);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private LoadClip Clip(Random random) => inputs.Clips[random.Next(inputs.Clips.Count)];

    private static IEnumerable<int> TokensIn(JsonDocument json) =>
        json.RootElement.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32());

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];

    private static byte[] Noise(Random random)
    {
        byte[] bytes = new byte[random.Next(1, 200_000)];
        random.NextBytes(bytes);
        string head = Pick(random, "", "RIFF\0\0\0\0WAVEfmt ", "fLaC", "OggS", "ID3", "\u0089ABSQ\r\n\u001a");
        return [.. Encoding.Latin1.GetBytes(head), .. bytes];
    }

    private static byte[] Changed(byte[] file, Random random)
    {
        byte[] copy = [.. file];
        int end = random.Next(2) == 0 ? Math.Min(64, copy.Length) : copy.Length; // half of the changes hit the header
        for (int i = random.Next(1, 6); i > 0; i--) copy[random.Next(end)] ^= (byte)(1 << random.Next(8));
        return random.Next(4) == 0 ? copy[..random.Next(1, copy.Length)] : copy;
    }

    private static void Expect(bool isRight, string what)
    {
        if (!isRight) throw new InvalidDataException($"wrong answer: {what}");
    }
}
