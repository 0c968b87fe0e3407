using System.Buffers.Binary;

namespace AudioBsq.Benchmarks.Decoders;

/// <summary>Files as an unlucky or hostile world leaves them. The same seed gives the same damage.</summary>
internal static class FileDamage
{
    private const int OggHeader = 27;

    /// <summary>
    /// One to three of: bits turned, bytes changed, ends cut off, pieces inserted, left out or moved. In half of the Ogg files the
    /// checksums are set right again, so that the decoders behind them see the damage.
    /// </summary>
    public static byte[] Of(byte[] original, Random random)
    {
        byte[] bytes = original;
        for (int times = random.Next(1, 4); times > 0; times--) bytes = Once(bytes, random);
        if (random.Next(2) == 0) SetOggChecksums(bytes);
        return bytes;
    }

    private static byte[] Once(byte[] bytes, Random random)
    {
        if (bytes.Length < 16) return [.. bytes, 0];
        byte[] copy = [.. bytes];
        int at = Somewhere(bytes, random), length = random.Next(1, Math.Min(64, bytes.Length - at) + 1), to = Somewhere(bytes, random);
        byte[] piece = bytes[at..(at + length)];
        switch (random.Next(7))
        {
            case 0:
                for (int flips = random.Next(1, 9); flips > 0; flips--) copy[Somewhere(bytes, random)] ^= (byte)(1 << random.Next(8));
                return copy;
            case 1: return bytes[..random.Next(bytes.Length)];
            case 2: return [.. bytes[..to], .. piece, .. bytes[to..]];
            case 3: return [.. bytes[..at], .. bytes[(at + length)..]];
            case 4:
                copy.AsSpan(at, length).Fill((byte)(random.Next(2) == 0 ? 0 : 0xFF));
                return copy;
            case 5:
                random.NextBytes(copy.AsSpan(at, length));
                return copy;
            default:
                int half = Math.Min(length, bytes.Length - to);
                bytes.AsSpan(to, half).CopyTo(copy.AsSpan(at));
                piece.AsSpan(0, half).CopyTo(copy.AsSpan(to));
                return copy;
        }
    }

    // Half of the time in the first bytes, where headers are.
    private static int Somewhere(byte[] bytes, Random random) =>
        random.Next(2) == 0 ? random.Next(Math.Min(512, bytes.Length)) : random.Next(bytes.Length);

    private static void SetOggChecksums(byte[] file)
    {
        for (int at = 0; (at = Next(file, at)) >= 0;)
        {
            if (at + OggHeader > file.Length || at + OggHeader + file[at + 26] > file.Length) return;
            int end = at + OggHeader + file[at + 26];
            foreach (byte part in file.AsSpan(at + OggHeader, file[at + 26])) end += part;
            if (end > file.Length) return;
            file.AsSpan(at + 22, 4).Clear();
            uint crc = 0;
            foreach (byte b in file.AsSpan(at..end))
            {
                crc ^= (uint)b << 24;
                for (int bit = 0; bit < 8; bit++) crc = crc << 1 ^ (crc >> 31) * 0x04C11DB7;
            }

            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at + 22), crc);
            at = end;
        }
    }

    private static int Next(byte[] file, int from)
    {
        int at = file.AsSpan(from).IndexOf("OggS"u8);
        return at < 0 ? -1 : from + at;
    }
}
