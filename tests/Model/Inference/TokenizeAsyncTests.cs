using System.Runtime.CompilerServices;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Inference;

/// <summary>Not among those that count tensors: they end on another thread than they began.</summary>
public class TokenizeAsyncTests
{
    private static readonly MelSpectrogram Mel = new(StreamModels.Mel);

    [Fact]
    public async Task TokenizeAsync_GivesTokensAsTheyCome_AndStartsAgainAfterACancellation()
    {
        using var model = StreamModels.New("block-causal");
        using var stream = model.CreateStreamingTokenizer();
        using var stop = new CancellationTokenSource();
        float[] sound = StreamModels.Sound(20_000);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (int[] _ in stream.TokenizeAsync(Pieces(sound, stop.Token), stop.Token)) await stop.CancelAsync();
        });
        List<int[]> parts = [];
        await foreach (int[] part in stream.TokenizeAsync(Pieces(sound, CancellationToken.None))) parts.Add(part);

        Assert.Equal(model.Encode(Mel.Extract(sound)), parts.SelectMany(part => part));
        Assert.InRange(parts.Count, 10, 60);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<float>> Pieces(
        float[] sound, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (int start = 0; start < sound.Length; start += 800)
        {
            await Task.Yield();
            cancellation.ThrowIfCancellationRequested();
            yield return sound.AsMemory(start, Math.Min(800, sound.Length - start));
        }
    }
}
