using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace AudioBsq.Distributed;

/// <summary>
/// Connects ranks in a ring. Each tells rank 0 where it listens, and rank 0 tells each where the next one does. Messages are JSON, after
/// their length.
/// </summary>
internal static class TcpRing
{
    private const int MaxMessage = 4096; // bytes: whatever else connects to the port is not believed

    private sealed record Here(string Kind, int Rank, int Size, int Port);

    private sealed record NextIs(string Address, int Port);

    public static (Socket Next, Socket Previous) Join(int rank, int size, string address, int port, TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        using var listener = Listen(rank == 0 ? port : 0);
        var next = rank == 0
            ? Gather(listener, size, port, clock, patience)
            : Ask(address, port, new Here("join", rank, size, ((IPEndPoint)listener.LocalEndPoint!).Port), clock, patience);
        var toNext = Connect(next.Address, next.Port, clock, patience);
        Write(toNext, new Here("ring", rank, size, 0));
        while (true)
        {
            var (previous, message) = Accept<Here>(listener, clock, patience, $"rank {(rank + size - 1) % size} of {size}");
            if (message is { Kind: "ring" } && message.Rank == (rank + size - 1) % size) return (toNext, previous);
            previous.Dispose();
        }
    }

    // Rank 0: waits for all others, and returns where rank 1 is.
    private static NextIs Gather(Socket listener, int size, int port, Stopwatch clock, TimeSpan patience)
    {
        var ranks = new Dictionary<int, (Socket Socket, NextIs Place)>();
        try
        {
            while (ranks.Count < size - 1)
            {
                string awaited = $"ranks {string.Join(", ", Enumerable.Range(1, size - 1).Except(ranks.Keys))} of {size}";
                var (socket, message) = Accept<Here>(listener, clock, patience, awaited);
                if (message is not { Kind: "join" })
                {
                    socket.Dispose();
                    continue;
                }

                if (message.Size != size || message.Rank < 1 || message.Rank >= size)
                {
                    throw new IOException(
                        $"Rank {message.Rank} of {message.Size} wants to join a job of {size}: WORLD_SIZE must be the same everywhere.");
                }

                string address = ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString();
                if (!ranks.TryAdd(message.Rank, (socket, new NextIs(address, message.Port))))
                    throw new IOException($"Two processes say that they are rank {message.Rank}: RANK must be different everywhere.");
            }

            for (int rank = 1; rank < size; rank++)
                Write(ranks[rank].Socket, rank + 1 < size ? ranks[rank + 1].Place : new NextIs("", port));
            return ranks[1].Place;
        }
        finally
        {
            foreach (var (socket, _) in ranks.Values) socket.Dispose();
        }
    }

    // Another rank: tells rank 0 where it listens. Rank 0's own address is the one that was given.
    private static NextIs Ask(string address, int port, Here here, Stopwatch clock, TimeSpan patience)
    {
        using var root = Connect(address, port, clock, patience);
        Write(root, here);
        var left = patience - clock.Elapsed;
        root.ReceiveTimeout = (int)Math.Max(1, left.TotalMilliseconds);
        var next = Read<NextIs>(root) ?? throw new IOException(
            $"Rank 0 at {address}:{port} has given up: not all {here.Size} ranks came, or two disagree; its message says which.");
        return next.Address.Length > 0 ? next : next with { Address = address };
    }

    private static Socket Listen(int port)
    {
        var listener = new Socket(SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        try
        {
            listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listener.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            listener.Listen();
            return listener;
        }
        catch (SocketException failure)
        {
            listener.Dispose();
            throw new IOException($"Rank 0 cannot listen on port {port} (MASTER_PORT): {failure.Message}", failure);
        }
    }

    // Rank 0 may not listen yet, so a refused connection is tried again.
    private static Socket Connect(string address, int port, Stopwatch clock, TimeSpan patience)
    {
        while (true)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(address, port);
                return socket;
            }
            catch (SocketException failure)
            {
                socket.Dispose();
                if (clock.Elapsed > patience) throw new IOException($"No rank listens at {address}:{port}: {failure.Message}", failure);
                Thread.Sleep(100);
            }
        }
    }

    private static (Socket Socket, T? Message) Accept<T>(Socket listener, Stopwatch clock, TimeSpan patience, string awaited)
        where T : class
    {
        var left = patience - clock.Elapsed;
        if (left <= TimeSpan.Zero || !listener.Poll(left, SelectMode.SelectRead))
            throw new IOException($"Waited {patience.TotalSeconds:N0} s in vain for {awaited}.");
        var socket = listener.Accept();
        socket.ReceiveTimeout = 5_000;
        var message = Read<T>(socket);
        socket.ReceiveTimeout = 0;
        return (socket, message);
    }

    private static void Write<T>(Socket socket, T message)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(message);
        socket.Send([.. BitConverter.GetBytes(json.Length), .. json]);
    }

    // Null where the other side closes, says nothing, or speaks otherwise.
    private static T? Read<T>(Socket socket) where T : class
    {
        try
        {
            byte[] length = ReadExactly(socket, sizeof(int));
            int bytes = BitConverter.ToInt32(length);
            return bytes is > 0 and <= MaxMessage ? JsonSerializer.Deserialize<T>(ReadExactly(socket, bytes)) : null;
        }
        catch (Exception failure) when (failure is SocketException or EndOfStreamException or JsonException)
        {
            return null;
        }
    }

    private static byte[] ReadExactly(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0, read; at < count; at += read)
        {
            read = socket.Receive(bytes, at, count - at, SocketFlags.None);
            if (read == 0) throw new EndOfStreamException();
        }

        return bytes;
    }
}
