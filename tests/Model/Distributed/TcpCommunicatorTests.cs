using System.Net;
using System.Net.Sockets;
using AudioBsq.Distributed;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Distributed;

public class TcpCommunicatorTests
{
    [Theory]
    [InlineData(2, 1), InlineData(3, 2), InlineData(3, 100_003), InlineData(5, 40_000), InlineData(4, 0)]
    public void Sum_IsThatOfAllRanksToTheBit(int size, int count)
    {
        float[][] values = [.. Enumerable.Range(0, size).Select(rank => Random(rank, count))];

        float[][] sums = Ranks.Run(size, group =>
        {
            using var scope = NewDisposeScope();
            var own = tensor(values[group.Rank]);
            group.Sum(own);
            return own.data<float>().ToArray();
        });

        Assert.All(sums, sum => Assert.Equal(sums[0], sum));
        for (int i = 0; i < count; i++) Close.To(values.Sum(own => (double)own[i]), sums[0][i], 1e-6 * size);
    }

    [Fact]
    public void Broadcast_GivesWhatRank0Has()
    {
        byte[][] received = Ranks.Run(3, group =>
        {
            using var scope = NewDisposeScope();
            var own = tensor(Enumerable.Range(0, 200_000).Select(i => (byte)(i * (group.Rank + 1))).ToArray());
            group.Broadcast([own]);
            return own.data<byte>().ToArray();
        });

        Assert.All(received, own => Assert.Equal(received[0], own));
        Assert.Equal(7, received[2][7]);
    }

    [Fact]
    public void Sum_FailsOnAllRanks_WhenOneLeaves()
    {
        var failure = Assert.Throws<AggregateException>(() => Ranks.Run(3, group =>
        {
            if (group.Rank == 1) throw new InvalidDataException("its own reason");
            for (int i = 0; i < 1000; i++) group.Sum(1.0);
            return 0;
        }));

        Assert.Equal(3, failure.InnerExceptions.Count);
        Assert.Single(failure.InnerExceptions.OfType<InvalidDataException>());
        Assert.All(failure.InnerExceptions.OfType<IOException>(), gone => Assert.Matches("Rank [012] has left", gone.Message));
    }

    [Fact]
    public void Join_NamesTheRanksThatDoNotCome()
    {
        var failure = Assert.Throws<IOException>(
            () => TcpCommunicator.Join(0, 3, "127.0.0.1", Ranks.FreePort(), TimeSpan.FromMilliseconds(200)));

        Assert.Contains("in vain for ranks 1, 2 of 3", failure.Message);
    }

    [Fact]
    public void Join_NamesThePortWhereNobodyListens()
    {
        int port = Ranks.FreePort();

        var failure = Assert.Throws<IOException>(() => TcpCommunicator.Join(1, 2, "127.0.0.1", port, TimeSpan.FromMilliseconds(200)));

        Assert.Contains($"127.0.0.1:{port}", failure.Message);
    }

    [Theory]
    [InlineData(1, 3, "1 of 3"), InlineData(0, 2, "rank 0"), InlineData(7, 2, "7 of 2")]
    public async Task Join_RefusesARankOfAnotherJob(int rank, int size, string expected)
    {
        int port = Ranks.FreePort();
        var first = Task.Run(() => TcpCommunicator.Join(0, 2, "127.0.0.1", port, TimeSpan.FromSeconds(10)).Dispose());

        using var stranger = await Connect(port);
        byte[] message = System.Text.Encoding.UTF8.GetBytes($$"""{"Kind":"join","Rank":{{rank}},"Size":{{size}},"Port":1}""");
        stranger.Send([.. BitConverter.GetBytes(message.Length), .. message]);

        Assert.Contains(expected, (await Assert.ThrowsAsync<IOException>(() => first)).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Join_IgnoresWhatSpeaksOtherwise()
    {
        int port = Ranks.FreePort();
        var first = Task.Run(() => TcpCommunicator.Join(0, 2, "127.0.0.1", port, TimeSpan.FromSeconds(20)));
        using (var stranger = await Connect(port)) stranger.Send("GET / HTTP/1.1\r\n\r\n"u8);
        using (await Connect(port)) // says nothing, and closes
        {
        }

        using var second = TcpCommunicator.Join(1, 2, "127.0.0.1", port, TimeSpan.FromSeconds(20));

        using var joined = await first;
        Assert.Equal((0, 1), (joined.Rank, second.Rank));
    }

    private static async Task<Socket> Connect(int port)
    {
        while (true)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose(); // it does not listen yet
                await Task.Yield();
            }
        }
    }

    private static float[] Random(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
