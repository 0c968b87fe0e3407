using static TorchSharp.torch;

namespace AudioBsq.Native;

/// <summary>Work on the values of a tensor, in pieces that torch's number of threads share.</summary>
internal static class Pieces
{
    /// <summary>The number of pieces.</summary>
    public static int Of(long length, int piece) => (int)((length + piece - 1) / piece);

    /// <summary>Calls <paramref name="run"/> with each piece's number, first value and number of values.</summary>
    public static void ForEach(long length, int piece, Action<int, long, int> run)
    {
        int pieces = Of(length, piece), threads = Math.Min(pieces, get_num_threads());
        void Run(int i) => run(i, (long)i * piece, (int)Math.Min(piece, length - (long)i * piece));
        if (threads > 1) Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = threads }, Run);
        else for (int i = 0; i < pieces; i++) Run(i);
    }
}
