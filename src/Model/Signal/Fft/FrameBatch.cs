using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AudioBsq.Signal.Fft;

/// <summary>
/// Copies frames between a waveform, where the samples of one frame are neighbours, and the order of <see cref="BatchedFft"/>, where
/// the frames of one sample are neighbours: a transposition that multiplies by the window.
/// </summary>
internal static class FrameBatch
{
    /// <summary>Frames in one batch: the lanes of a vector.</summary>
    public static int Size => Vector<float>.Count;

    /// <summary>Lane l, sample n = source[l·hop + n] · window[n]; even samples are real parts, odd ones imaginary parts.</summary>
    public static void Load(ReadOnlySpan<float> source, int hop, ReadOnlySpan<float> window, Vector<float>[] re, Vector<float>[] im)
    {
        source = source[..((Size - 1) * hop + window.Length)]; // the only bounds check
        if (Size == 8 && Avx.IsSupported) LoadEight(source, hop, window, re, im);
        else LoadEach(source, hop, window, re, im);
    }

    /// <summary>target[l·hop + n] += lane l, sample n · window[n].</summary>
    public static void Add(Vector<float>[] re, Vector<float>[] im, ReadOnlySpan<float> window, Span<float> target, int hop)
    {
        target = target[..((Size - 1) * hop + window.Length)];
        if (Size == 8 && Avx.IsSupported) AddEight(re, im, window, target, hop);
        else AddEach(re, im, window, target, hop);
    }

    /// <summary>
    /// rows[l·batch.Length + i] = lane l, value i, for the first values; returns how many of each row. The rest is for the caller.
    /// </summary>
    public static int Store(ReadOnlySpan<Vector<float>> batch, Span<float> rows) =>
        Size == 8 && Avx.IsSupported ? StoreEight(batch, rows[..(8 * batch.Length)]) : 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int StoreEight(ReadOnlySpan<Vector<float>> batch, Span<float> rows)
    {
        ref float first = ref MemoryMarshal.GetReference(rows);
        int length = batch.Length, i = 0;
        for (; i + 8 <= length; i += 8)
        {
            var eight = batch.Slice(i, 8);
            var lanes = Transposed(
                eight[0].AsVector256(), eight[1].AsVector256(), eight[2].AsVector256(), eight[3].AsVector256(),
                eight[4].AsVector256(), eight[5].AsVector256(), eight[6].AsVector256(), eight[7].AsVector256());
            ref float at = ref Unsafe.Add(ref first, i);
            lanes.A.StoreUnsafe(ref at);
            lanes.B.StoreUnsafe(ref Unsafe.Add(ref at, length));
            lanes.C.StoreUnsafe(ref Unsafe.Add(ref at, 2 * length));
            lanes.D.StoreUnsafe(ref Unsafe.Add(ref at, 3 * length));
            lanes.E.StoreUnsafe(ref Unsafe.Add(ref at, 4 * length));
            lanes.F.StoreUnsafe(ref Unsafe.Add(ref at, 5 * length));
            lanes.G.StoreUnsafe(ref Unsafe.Add(ref at, 6 * length));
            lanes.H.StoreUnsafe(ref Unsafe.Add(ref at, 7 * length));
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadEight(ReadOnlySpan<float> source, int hop, ReadOnlySpan<float> window, Vector<float>[] re, Vector<float>[] im)
    {
        ref float first = ref MemoryMarshal.GetReference(source);
        for (int n = 0; n < window.Length; n += 8)
        {
            var w = Vector256.Create(window.Slice(n, 8));
            ref float at = ref Unsafe.Add(ref first, n);
            var rows = Transposed(
                Vector256.LoadUnsafe(ref at) * w,
                Vector256.LoadUnsafe(ref Unsafe.Add(ref at, hop)) * w,
                Vector256.LoadUnsafe(ref Unsafe.Add(ref at, 2 * hop)) * w,
                Vector256.LoadUnsafe(ref Unsafe.Add(ref at, 3 * hop)) * w,
                Vector256.LoadUnsafe(ref Unsafe.Add(ref at, 4 * hop)) * w,
                Vector256.LoadUnsafe(ref Unsafe.Add(ref at, 5 * hop)) * w,
                Vector256.LoadUnsafe(ref Unsafe.Add(ref at, 6 * hop)) * w,
                Vector256.LoadUnsafe(ref Unsafe.Add(ref at, 7 * hop)) * w);
            Span<Vector<float>> even = re.AsSpan(n / 2, 4), odd = im.AsSpan(n / 2, 4);
            (even[0], odd[0]) = (rows.A.AsVector(), rows.B.AsVector());
            (even[1], odd[1]) = (rows.C.AsVector(), rows.D.AsVector());
            (even[2], odd[2]) = (rows.E.AsVector(), rows.F.AsVector());
            (even[3], odd[3]) = (rows.G.AsVector(), rows.H.AsVector());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddEight(Vector<float>[] re, Vector<float>[] im, ReadOnlySpan<float> window, Span<float> target, int hop)
    {
        ref float first = ref MemoryMarshal.GetReference(target);
        for (int n = 0; n < window.Length; n += 8)
        {
            var w = Vector256.Create(window.Slice(n, 8));
            ReadOnlySpan<Vector<float>> even = re.AsSpan(n / 2, 4), odd = im.AsSpan(n / 2, 4);
            var rows = Transposed(
                even[0].AsVector256(), odd[0].AsVector256(), even[1].AsVector256(), odd[1].AsVector256(),
                even[2].AsVector256(), odd[2].AsVector256(), even[3].AsVector256(), odd[3].AsVector256());
            ref float at = ref Unsafe.Add(ref first, n);
            Accumulate(ref at, rows.A * w);
            Accumulate(ref Unsafe.Add(ref at, hop), rows.B * w);
            Accumulate(ref Unsafe.Add(ref at, 2 * hop), rows.C * w);
            Accumulate(ref Unsafe.Add(ref at, 3 * hop), rows.D * w);
            Accumulate(ref Unsafe.Add(ref at, 4 * hop), rows.E * w);
            Accumulate(ref Unsafe.Add(ref at, 5 * hop), rows.F * w);
            Accumulate(ref Unsafe.Add(ref at, 6 * hop), rows.G * w);
            Accumulate(ref Unsafe.Add(ref at, 7 * hop), rows.H * w);
        }
    }

    internal static void LoadEach(ReadOnlySpan<float> source, int hop, ReadOnlySpan<float> window, Vector<float>[] re, Vector<float>[] im)
    {
        Span<float> even = MemoryMarshal.Cast<Vector<float>, float>(re.AsSpan());
        Span<float> odd = MemoryMarshal.Cast<Vector<float>, float>(im.AsSpan());
        for (int lane = 0; lane < Size; lane++)
        {
            var frame = source.Slice(lane * hop, window.Length);
            for (int n = 0, i = lane; n < frame.Length; n += 2, i += Size)
            {
                even[i] = frame[n] * window[n];
                odd[i] = frame[n + 1] * window[n + 1];
            }
        }
    }

    internal static void AddEach(Vector<float>[] re, Vector<float>[] im, ReadOnlySpan<float> window, Span<float> target, int hop)
    {
        ReadOnlySpan<float> even = MemoryMarshal.Cast<Vector<float>, float>(re.AsSpan());
        ReadOnlySpan<float> odd = MemoryMarshal.Cast<Vector<float>, float>(im.AsSpan());
        for (int lane = 0; lane < Size; lane++)
        {
            var frame = target.Slice(lane * hop, window.Length);
            for (int n = 0, i = lane; n < frame.Length; n += 2, i += Size)
            {
                frame[n] += even[i] * window[n];
                frame[n + 1] += odd[i] * window[n + 1];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(ref float at, Vector256<float> values) => (Vector256.LoadUnsafe(ref at) + values).StoreUnsafe(ref at);

    // Transposes an 8 × 8 matrix: pairs, then groups of four, then halves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Eight Transposed(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d,
        Vector256<float> e, Vector256<float> f, Vector256<float> g, Vector256<float> h)
    {
        var (ab, abHigh, cd, cdHigh) = (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b), Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d));
        var (ef, efHigh, gh, ghHigh) = (Avx.UnpackLow(e, f), Avx.UnpackHigh(e, f), Avx.UnpackLow(g, h), Avx.UnpackHigh(g, h));
        const byte Lower = 0x44, Upper = 0xEE;
        var (a0, a1) = (Avx.Shuffle(ab, cd, Lower), Avx.Shuffle(ab, cd, Upper));
        var (a2, a3) = (Avx.Shuffle(abHigh, cdHigh, Lower), Avx.Shuffle(abHigh, cdHigh, Upper));
        var (e0, e1) = (Avx.Shuffle(ef, gh, Lower), Avx.Shuffle(ef, gh, Upper));
        var (e2, e3) = (Avx.Shuffle(efHigh, ghHigh, Lower), Avx.Shuffle(efHigh, ghHigh, Upper));
        const byte First = 0x20, Second = 0x31;
        return new Eight(
            Avx.Permute2x128(a0, e0, First), Avx.Permute2x128(a1, e1, First),
            Avx.Permute2x128(a2, e2, First), Avx.Permute2x128(a3, e3, First),
            Avx.Permute2x128(a0, e0, Second), Avx.Permute2x128(a1, e1, Second),
            Avx.Permute2x128(a2, e2, Second), Avx.Permute2x128(a3, e3, Second));
    }

    private readonly ref struct Eight(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d,
        Vector256<float> e, Vector256<float> f, Vector256<float> g, Vector256<float> h)
    {
        public readonly Vector256<float> A = a, B = b, C = c, D = d, E = e, F = f, G = g, H = h;
    }
}
