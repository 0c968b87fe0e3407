using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace AudioBsq.Tests;

/// <summary>Files as an unlucky or hostile world leaves them. The same seed gives the same damage.</summary>
internal static partial class Mutations
{
    private static readonly string[] Numbers =
    [
        "0", "-1", "1", "7", "1e3", "0.5", "null", "65536", "2147483647", "2147483648", "4611686018427387904", "9223372036854775807",
        "18446744073709551616",
    ];
    private static readonly string[] Formats = ["F64", "F32", "F16", "BF16", "U8", "I64", "I32", "BOOL", "F8_E4M3"];

    /// <summary>One to three of: bits turned, ends cut off, pieces moved, doubled, left out or overwritten, bytes added.</summary>
    public static byte[] OfBytes(byte[] original, Random random)
    {
        byte[] bytes = original;
        for (int times = random.Next(1, 4); times > 0; times--) bytes = Once(bytes, random);
        return bytes;
    }

    /// <summary>A safetensors file whose header was edited as text; its length is set right, so that the edit is what is seen.</summary>
    public static byte[] OfHeader(byte[] original, Random random)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(original);
        string header = Encoding.UTF8.GetString(original, 8, length);
        for (int times = random.Next(1, 4); times > 0; times--) header = Edit(header, random);
        byte[] json = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)json.Length), .. json, .. original.AsSpan(8 + length)];
    }

    private static byte[] Once(byte[] bytes, Random random)
    {
        if (bytes.Length < 16) return [.. bytes, 0];
        byte[] copy = [.. bytes];
        int at = Somewhere(bytes, random), length = random.Next(1, Math.Min(64, bytes.Length - at) + 1), to = Somewhere(bytes, random);
        byte[] piece = bytes[at..(at + length)];
        switch (random.Next(8))
        {
            case 0:
                for (int flips = random.Next(1, 9); flips > 0; flips--) copy[Somewhere(bytes, random)] ^= (byte)(1 << random.Next(8));
                return copy;
            case 1: return bytes[..random.Next(bytes.Length)];
            case 2: return [.. bytes[..to], .. piece, .. bytes[to..]];
            case 3: return [.. bytes[..at], .. bytes[(at + length)..]];
            case 4: return [.. bytes[..at], .. piece, .. bytes[at..]];
            case 5:
                copy.AsSpan(at, length).Fill((byte)(random.Next(2) == 0 ? 0 : 0xFF));
                return copy;
            case 6:
                random.NextBytes(copy.AsSpan(at, length));
                return copy;
            default:
                byte[] more = new byte[random.Next(1, 300)];
                random.NextBytes(more);
                return [.. bytes, .. more];
        }
    }

    // Half of the time near one of the ends, where headers and directories are.
    private static int Somewhere(byte[] bytes, Random random) => random.Next(4) switch
    {
        0 => random.Next(Math.Min(256, bytes.Length)),
        1 => bytes.Length - 1 - random.Next(Math.Min(256, bytes.Length)),
        _ => random.Next(bytes.Length),
    };

    private static string Edit(string header, Random random)
    {
        if (header.Length < 4) return "{}";
        int at = random.Next(header.Length);
        return random.Next(7) switch
        {
            0 or 1 or 2 => ReplaceOne(header, Digits(), Numbers, random),
            3 => ReplaceOne(header, Types(), Formats, random),
            4 => header.Remove(at, 1),
            5 => header.Insert(at, "{}[],:\"\\u0041 -9e"[random.Next(16)].ToString()),
            // one name or value by another
            _ => ReplaceOne(header, Words(), [.. Words().Matches(header).Select(match => match.Value)], random),
        };
    }

    private static string ReplaceOne(string header, Regex what, string[] choices, Random random)
    {
        var matches = what.Matches(header);
        if (matches.Count == 0) return header;
        var match = matches[random.Next(matches.Count)];
        return header[..match.Index] + choices[random.Next(choices.Length)] + header[(match.Index + match.Length)..];
    }

    [GeneratedRegex("-?[0-9]+")]
    private static partial Regex Digits();

    [GeneratedRegex("F32|I64")]
    private static partial Regex Types();

    [GeneratedRegex("[A-Za-z_]{3,}")]
    private static partial Regex Words();
}
