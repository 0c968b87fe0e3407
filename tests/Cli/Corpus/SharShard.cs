using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AudioBsq.Tests.Cli.Corpus;

/// <summary>Reads a shard of Shar as Lhotse does: lines and members of the tar side by side.</summary>
internal static partial class SharShard
{
    /// <summary>Members of the tar come in pairs: the array, named after the cut, and the JSON that describes it.</summary>
    public static IEnumerable<(string Id, double Duration, int[] Tokens)> Cuts(string folder, string cuts, string tar)
    {
        string[] lines = Unzipped(Path.Combine(folder, cuts)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var members = TarBytes.Members(File.ReadAllBytes(Path.Combine(folder, tar))).ToArray();
        Assert.Equal(2 * lines.Length, members.Length);
        for (int i = 0; i < lines.Length; i++)
        {
            var cut = JsonNode.Parse(lines[i])!;
            string id = (string)cut["id"]!;
            var (array, description) = (members[2 * i], members[2 * i + 1]);
            Assert.Equal("MonoCut", (string?)cut["type"]);
            Assert.Equal(($"{id}.npy", $"{id}.json"), (array.Name, description.Name));
            var manifest = JsonNode.Parse(description.Content)!;
            Assert.Equal(("shar", "", ""), (
                (string?)manifest["storage_type"], (string?)manifest["storage_path"], (string?)manifest["storage_key"]));
            var (shape, tokens) = Array(array.Content);
            Assert.Equal(shape, manifest["shape"]!.AsArray().Select(size => (int)size!));
            yield return (id, (double)cut["duration"]!, tokens);
        }
    }

    // numpy's description: magic, version, length of the header, a Python dictionary, and the values.
    private static (int[] Shape, int[] Values) Array(byte[] file)
    {
        Assert.Equal([0x93, .. "NUMPY"u8, 1, 0], file[..8]);
        int length = file[8] | file[9] << 8;
        Assert.Equal(0, (10 + length) % 64);
        string header = Encoding.ASCII.GetString(file, 10, length);
        var match = Header().Match(header);
        Assert.True(match.Success, header);
        int[] shape = [Number(match.Groups["rows"]), Number(match.Groups["columns"])];
        int[] values = new int[(file.Length - 10 - length) / 4];
        Buffer.BlockCopy(file, 10 + length, values, 0, 4 * values.Length);
        Assert.Equal(shape[0] * shape[1], values.Length);
        return (shape, values);
    }

    public static string Unzipped(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private static int Number(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\{'descr': '<i4', 'fortran_order': False, 'shape': \((?<rows>\d+), (?<columns>\d+)\), \} *\n$")]
    private static partial Regex Header();
}
