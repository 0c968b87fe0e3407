using System.Text;

namespace AudioBsq.Tests.Cli.Corpus;

/// <summary>Reads a tar by its description, and not by the library that wrote it.</summary>
internal static class TarBytes
{
    /// <summary>POSIX ustar: blocks of 512 bytes; a member of type L, GNU's, holds the name of the next one.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Members(byte[] tar)
    {
        string? longName = null;
        for (int place = 0; tar[place] != 0;)
        {
            string name = Encoding.UTF8.GetString(tar, place, 100).TrimEnd('\0');
            int size = Convert.ToInt32(Encoding.ASCII.GetString(tar, place + 124, 11), 8);
            char kind = (char)tar[place + 156];
            byte[] content = tar[(place + 512)..(place + 512 + size)];
            place += 512 + (size + 511) / 512 * 512;
            if (kind == 'L') longName = Encoding.UTF8.GetString(content).TrimEnd('\0');
            else
            {
                yield return (longName ?? name, content);
                longName = null;
            }
        }
    }
}
