using System.Net.Sockets;
using System.Numerics;
using System.Runtime.InteropServices;
using AudioBsq.Native;
using static TorchSharp.torch;

namespace AudioBsq.Distributed;

/// <summary>
/// Ranks in a ring of TCP connections, where no MPI library is needed. A sum goes round twice: each part is added up on its way round the
/// ring, and then given to all (Patarasuk and Yuan 2009, "Bandwidth optimal all-reduce algorithms", section 3.2).
/// </summary>
internal sealed class TcpCommunicator : ICommunicator
{
    private const int Piece = 1 << 16; // bytes; both buffers of a connection hold more, so that sending it never waits for its reader

    private readonly Socket _next, _previous;
    private byte[] _received = [];

    private TcpCommunicator(int rank, int size, (Socket Next, Socket Previous) ring)
    {
        (Rank, Size) = (rank, size);
        (_next, _previous) = ring;
        foreach (var socket in new[] { _next, _previous })
        {
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        }
    }

    public string Name => "TCP";

    public int Rank { get; }

    public int Size { get; }

    /// <summary>Waits for all ranks, and connects them.</summary>
    /// <param name="rank">This process, from 0.</param>
    /// <param name="size">Number of processes.</param>
    /// <param name="address">Where rank 0 is.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="patience">How long to wait for the others.</param>
    /// <exception cref="IOException">Not all ranks came in time, or they disagree about the job.</exception>
    public static TcpCommunicator Join(int rank, int size, string address, int port, TimeSpan patience) =>
        new(rank, size, TcpRing.Join(rank, size, address, port, patience));

    public void Sum(Tensor tensor)
    {
        if (tensor.dtype == ScalarType.Float64) Sum(tensor.Values<double>());
        else Sum(tensor.Values<float>());
    }

    // From rank 0 to the next, and so on to the last.
    public void Broadcast(Tensor tensor)
    {
        var bytes = tensor.Values<byte>();
        for (int at = 0; at < bytes.Length; at += Piece)
        {
            var piece = bytes.Slice(at, Math.Min(Piece, bytes.Length - at));
            if (Rank > 0) Receive(piece);
            if (Rank < Size - 1) Send(piece);
        }
    }

    public void Abort() => Dispose();

    public void Dispose()
    {
        _next.Dispose();
        _previous.Dispose();
    }

    private void Sum<T>(Span<T> values) where T : unmanaged, INumber<T>
    {
        for (int step = 0; step < Size - 1; step++)
        {
            var target = Part(values, Rank - step - 1);
            int bytes = MemoryMarshal.AsBytes(target).Length;
            if (_received.Length < bytes) _received = new byte[bytes];
            Exchange(MemoryMarshal.AsBytes(Part(values, Rank - step)), _received.AsSpan(0, bytes));
            System.Numerics.Tensors.TensorPrimitives.Add(MemoryMarshal.Cast<byte, T>(_received.AsSpan(0, bytes)), target, target);
        }

        for (int step = 0; step < Size - 1; step++)
            Exchange(MemoryMarshal.AsBytes(Part(values, Rank + 1 - step)), MemoryMarshal.AsBytes(Part(values, Rank - step)));
    }

    // The part that rank number has in the end; numbers repeat after Size.
    private Span<T> Part<T>(Span<T> values, int number)
    {
        long part = (number % Size + Size) % Size;
        int from = (int)(part * values.Length / Size), to = (int)((part + 1) * values.Length / Size);
        return values[from..to];
    }

    private void Exchange(ReadOnlySpan<byte> sent, Span<byte> received)
    {
        for (int at = 0; at < Math.Max(sent.Length, received.Length); at += Piece)
        {
            if (at < sent.Length) Send(sent.Slice(at, Math.Min(Piece, sent.Length - at)));
            if (at < received.Length) Receive(received.Slice(at, Math.Min(Piece, received.Length - at)));
        }
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0) bytes = bytes[_next.Send(bytes)..];
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            throw Gone((Rank + 1) % Size, failure);
        }
    }

    private void Receive(Span<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
            {
                int count = _previous.Receive(bytes);
                if (count == 0) throw Gone((Rank + Size - 1) % Size, cause: null);
                bytes = bytes[count..];
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            throw Gone((Rank + Size - 1) % Size, failure);
        }
    }

    private static IOException Gone(int rank, Exception? cause) =>
        new($"Rank {rank} has left the training job; the message of the rank that left first says why.", cause);
}
