using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class MonoBlocksTests
{
    [Theory]
    [InlineData(null, 3f, 6.5f), InlineData(0, 3.5f, 7f), InlineData(2, 7 / 3f, 6f), InlineData(3, 3f, 17 / 3f)]
    public void Mix_IsTheMean_WithoutTheLowFrequencyChannel(int? lfe, float first, float second)
    {
        float[] interleaved = [1.5f, 2.5f, 5, 3, 5, 4, 8, 9];

        float[] mono = [.. MonoBlocks.Mix(interleaved, channels: 4, lfe)];

        Assert.Equal([first, second], mono);
    }

    [Theory]
    [InlineData(0x3F, 6, 3), InlineData(0x60F, 6, 3), InlineData(0xB, 3, 2), InlineData(0x8, 1, null)]
    [InlineData(0x37, 5, null), InlineData(0xF, 3, null), InlineData(0, 6, null)]
    public void LfeOf_CountsTheChannelsBefore(int mask, int channels, int? place) =>
        Assert.Equal(place, ChannelMask.LfeOf((uint)mask, channels));
}
