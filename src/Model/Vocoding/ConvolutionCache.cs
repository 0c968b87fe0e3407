using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>
/// A convolution cache: the last frames of a sequence that comes in pieces. It is an array rather than a tensor, so that it need not be
/// disposed, and a copy shares the frames until one of both changes.
/// </summary>
/// <param name="width">Values in a frame.</param>
/// <param name="capacity">Maximum number of frames.</param>
/// <param name="zeros">Frames of zeros at the start, at most <paramref name="capacity"/>.</param>
internal sealed class ConvolutionCache(int width, int capacity, int zeros = 0)
{
    private float[] _frames = new float[zeros * width];

    /// <summary>Frames in the cache.</summary>
    public int Count => _frames.Length / width;

    /// <summary>Appends frames (1, frames, width) to the cached ones and returns all. The last of them stay in the cache.</summary>
    public Tensor Append(Tensor piece)
    {
        using var scope = NewDisposeScope();
        var all = Count == 0 ? piece.alias() : cat([tensor(_frames, [1, Count, width], device: piece.device), piece], 1);
        long kept = Math.Min(capacity, all.shape[1]);
        var last = all.narrow(1, all.shape[1] - kept, kept).contiguous().cpu();
        _frames = MemoryMarshal.Cast<byte, float>(last.bytes).ToArray(); // 20 times as fast as data<float>
        return all.MoveToOuterDisposeScope();
    }

    /// <summary>An independent cache with the same frames.</summary>
    public ConvolutionCache Copy() => (ConvolutionCache)MemberwiseClone();
}
