using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>
/// The last frames of a sequence that comes in pieces. What is remembered are numbers of .NET, not a tensor: nothing has to be disposed, and a copy,
/// which costs nothing, keeps what it had.
/// </summary>
/// <param name="width">Numbers in a frame.</param>
/// <param name="most">Frames that are remembered once so many have come.</param>
/// <param name="zeros">Frames of zeros that come before the first one, at most <paramref name="most"/>.</param>
internal sealed class FrameMemory(int width, int most, int zeros = 0)
{
    private float[] _frames = new float[zeros * width];

    /// <summary>Frames that are remembered now.</summary>
    public int Count => _frames.Length / width;

    /// <summary>(1, frames, width) → the same with the remembered frames before it, of which the last ones are remembered from now on.</summary>
    public Tensor Join(Tensor piece)
    {
        using var scope = NewDisposeScope();
        var all = Count == 0 ? piece.alias() : cat([tensor(_frames, [1, Count, width], device: piece.device), piece], 1);
        long kept = Math.Min(most, all.shape[1]);
        _frames = MemoryMarshal.Cast<byte, float>(all.narrow(1, all.shape[1] - kept, kept).contiguous().cpu().bytes).ToArray(); // 20 times as fast as data<float>
        return all.MoveToOuterDisposeScope();
    }

    /// <summary>A memory of its own that begins with the same frames.</summary>
    public FrameMemory Copy() => (FrameMemory)MemberwiseClone();
}
