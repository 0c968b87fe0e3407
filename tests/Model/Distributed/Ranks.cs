using System.Net;
using System.Net.Sockets;
using AudioBsq.Distributed;

namespace AudioBsq.Tests.Model.Distributed;

/// <summary>Ranks on threads of this process, connected by TCP.</summary>
internal static class Ranks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The results of all ranks; one rank is this thread by itself.</summary>
    public static T[] Run<T>(int size, Func<RankGroup, T> work)
    {
        if (size == 1) return [work(RankGroup.Alone)];
        int port = FreePort();
        var results = new T[size];
        var failures = new Exception?[size];
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                using var group = new RankGroup(TcpCommunicator.Join(rank, size, "127.0.0.1", port, Patience));
                using (group.Use()) results[rank] = work(group);
            }
            catch (Exception failure)
            {
                failures[rank] = failure;
            }
        }))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        if (failures.Any(failure => failure is not null)) throw new AggregateException(failures.OfType<Exception>());
        return results;
    }

    /// <summary>A port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
