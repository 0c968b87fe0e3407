using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AudioBsq.Cli.Corpus;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Tokens;
using ParquetSharp;

namespace AudioBsq.Tests.Cli.Corpus;

/// <summary>What other programs read of the formats. The readers here follow the formats' descriptions, and not our writers.</summary>
public sealed partial class CorpusFormatTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>, IDisposable
{
    private readonly CorpusData _corpus = new();

    public void Dispose() => _corpus.Dispose();

    [Fact]
    public void Lines_AreThoseOfTokenize_WithAnId()
    {
        string folder = _corpus.NewOutput();
        Ran.AudioBsq("tokenize", model.Zip, "--manifest", model.Clips, "-o", folder).Expect(0);
        string expected = Ran.AudioBsq("tokenize", model.Zip, model.Clips).Expect(0).Output.Replace($"{model.Clips}/", "");

        string[] lines = File.ReadAllLines(Path.Combine(folder, "00000-of-00001.jsonl"));

        Assert.All(lines, (line, i) => Assert.StartsWith($$"""{"id":"clip{{i}}","path":"clip{{i}}.wav",""", line));
        Assert.Equal(expected, string.Concat(lines.Select(line => Id().Replace(line, "{") + "\n")));
    }

    [Fact, Trait("Speed", "Slow")]
    public void Parquet_IsReadByApachesLibrary()
    {
        string folder = _corpus.Tokenize(model.Zip, 1, "parquet", code: 1);
        var expected = Expected();

        using var file = new ParquetFileReader(Path.Combine(folder, "00000-of-00001.parquet"));
        using var group = file.RowGroup(0);

        Assert.Equal(
            ["id", "tokens.list.element", "frames", "samples", "sample_rate", "bits_per_token", "fingerprint"],
            Enumerable.Range(0, 7).Select(i => file.FileMetaData.Schema.Column(i).Path.ToDotString()));
        Assert.Equal((1, 19), (file.FileMetaData.NumRowGroups, (int)file.FileMetaData.NumRows));
        Assert.Equal(expected.Select(clip => clip.Id!), Column<string>(group, 0));
        Assert.Equal(expected.Select(clip => clip.Tokens), Column<int[]>(group, 1));
        Assert.Equal(expected.Select(clip => clip.Frames), Column<int>(group, 2));
        Assert.Equal(expected.Select(clip => (long)clip.Samples), Column<long>(group, 3));
        Assert.All(Column<int>(group, 4), rate => Assert.Equal(16_000, rate));
        Assert.All(Column<int>(group, 5), bits => Assert.Equal(9, bits));
        Assert.All(Column<string>(group, 6), fingerprint => Assert.Matches("^[0-9a-f]{32}$", fingerprint));
    }

    [Fact]
    public void Parquet_HasRowGroupsOfOneSize_AndClipsWithoutTokens()
    {
        string path = Path.Combine(_corpus.Folder, "rows.parquet");
        int count = 2 * ParquetRows.GroupSize + 3;
        int[] Tokens(int i) => [.. Enumerable.Range(i, i % 4)];
        using (var stream = File.Create(path))
        {
            var rows = new ParquetRows(stream);
            for (int i = 0; i < count; i++) rows.Add(new ParquetRow($"é{i}", Tokens(i), i, 160L * i, 16_000, 9, "f"));
            rows.Complete();
        }

        using var file = new ParquetFileReader(path);

        Assert.Equal(3, file.FileMetaData.NumRowGroups);
        for (int g = 0, i = 0; g < 3; g++)
        {
            using var group = file.RowGroup(g);
            Assert.Equal(g < 2 ? ParquetRows.GroupSize : 3, group.MetaData.NumRows);
            Assert.All(Column<int[]>(group, 1), tokens => Assert.Equal(Tokens(i++), tokens));
        }
    }

    [Fact]
    public void WebDataset_IsAContainerAndFactsForEachKey()
    {
        string folder = _corpus.Tokenize(model.Zip, 1, "webdataset", code: 1);
        var expected = Expected();

        // As WebDataset does: the key is all up to the first dot of the last part of the name.
        var samples = new Dictionary<string, Dictionary<string, byte[]>>();
        foreach (var (name, content) in TarBytes.Members(File.ReadAllBytes(Path.Combine(folder, "00000-of-00001.tar"))))
        {
            var match = Key().Match(name);
            samples.TryAdd(match.Groups["key"].Value, []);
            samples[match.Groups["key"].Value].Add(match.Groups["extension"].Value, content);
        }

        Assert.Equal(expected.Select(clip => clip.Id!.Replace(".", "%2E")), samples.Keys);
        foreach (var (clip, sample) in expected.Zip(samples.Values))
        {
            Assert.Equal(["absq", "json"], sample.Keys.Order());
            var facts = JsonNode.Parse(sample["json"])!;
            Assert.Equal((clip.Id, clip.Path, clip.Samples), ((string?)facts["id"], (string?)facts["path"], (int)facts["samples"]!));
            var tokens = new TokenReader(new MemoryStream(sample["absq"]), "absq").ReadAll();
            Assert.True(tokens.IsWhole);
            Assert.Equal(clip.Tokens, facts["tokens"]!.AsArray().Select(token => (int)token!));
            Assert.Equal(clip.Tokens, tokens.Tokens);
        }
    }

    [Theory]
    [InlineData("a", "a"), InlineData("a/b c", "a/b c"), InlineData("a.b/c.d", "a%2Eb/c%2Ed"), InlineData("../x", "%2E%2E/x")]
    [InlineData("/x", "%2Fx"), InlineData("a//b", "a/%2Fb"), InlineData("a/", "a%2F"), InlineData("a%2Eb", "a%252Eb")]
    [InlineData("a\n\\", "a%0A%5C"), InlineData("é", "é")]
    public void WebDatasetKey_StaysBelowItsFolder(string id, string key) => Assert.Equal(key, WebDatasetKey.Of(id));

    [Fact, Trait("Speed", "Slow")]
    public void Shar_IsReadAsLhotseDoes()
    {
        string folder = Path.Combine(_corpus.Tokenize(model.Zip, 3, "shar", code: 1), "shar");
        var expected = Expected();

        // Lhotse takes each file's name up to its first dot for a field, and needs as many files of each.
        var fields = Directory.GetFiles(folder).Select(file => Path.GetFileName(file)).GroupBy(name => name.Split('.')[0]).ToDictionary(
            field => field.Key, field => field.Order(StringComparer.Ordinal).ToArray());
        Assert.Equal(["cuts", "tokens"], fields.Keys.Order());
        Assert.Equal(["cuts.000000.jsonl.gz", "cuts.000001.jsonl.gz", "cuts.000002.jsonl.gz"], fields["cuts"]);
        Assert.Equal(["tokens.000000.tar", "tokens.000001.tar", "tokens.000002.tar"], fields["tokens"]);
        var read = fields["cuts"].Zip(fields["tokens"]).SelectMany(shard => SharShard.Cuts(folder, shard.First, shard.Second)).ToList();

        Assert.Equal(expected.Select(clip => clip.Id), read.Select(cut => cut.Id));
        Assert.Equal(expected.Select(clip => clip.Tokens), read.Select(cut => cut.Tokens));
        Assert.Equal(expected.Select(clip => clip.Seconds), read.Select(cut => cut.Duration), new Near());
    }

    [Fact]
    public void Shar_KeepsWhatACutHas()
    {
        File.WriteAllText(
            _corpus.Manifest,
            """{"id":"c","start":0.25,"duration":0.5,"channel":0,"supervisions":[{"id":"s","text":"hi"}],"""
            + """ "recording":{"id":"r","sources":[{"type":"file","channels":[0],"source":"one.wav"}],"""
            + """ "sampling_rate":16000,"num_samples":16000,"duration":1.0},"custom":{"mine":1},"type":"MonoCut"}""");
        string folder = Path.Combine(_corpus.Tokenize(model.Zip, 1, "shar"), "shar");

        var cut = JsonNode.Parse(SharShard.Unzipped(Path.Combine(folder, "cuts.000000.jsonl.gz")))!;

        Assert.Equal(("hi", 0.25, 1), ((string?)cut["supervisions"]![0]!["text"], (double)cut["start"]!, (int)cut["custom"]!["mine"]!));
        Assert.Equal("shar", (string?)cut["custom"]!["tokens"]!["storage_type"]);
    }

    [Fact]
    public void Files_HoldNoTimeAndNoUser()
    {
        string first = _corpus.Tokenize(model.Zip, 2, "shar", code: 1), second = _corpus.Tokenize(model.Zip, 2, "shar", code: 1);
        byte[] tar = File.ReadAllBytes(Path.Combine(first, "shar", "tokens.000000.tar"));

        Assert.Equal(CorpusData.Results(first + "/shar", "*"), CorpusData.Results(second + "/shar", "*"));
        Assert.Equal("00000000000", System.Text.Encoding.ASCII.GetString(tar, 136, 11)); // modification time
        Assert.Equal(new byte[64], tar[265..329]); // names of user and group
        Assert.Equal(new byte[1024], tar[^1024..]);
        Assert.Equal(new byte[4], File.ReadAllBytes(Path.Combine(first, "shar", "cuts.000000.jsonl.gz"))[4..8]);
    }

    private List<ClipTokens> Expected()
    {
        string folder = _corpus.Tokenize(model.Zip, 1, "jsonl", code: 1);
        using var reader = new StreamReader(Path.Combine(folder, "00000-of-00001.jsonl"));
        return [.. TokenFile.Read(reader).Select(line => line.Clip!)];
    }

    private static T[] Column<T>(RowGroupReader group, int column)
    {
        using var reader = group.Column(column).LogicalReader<T>();
        return reader.ReadAll((int)group.MetaData.NumRows);
    }

    [GeneratedRegex("""^\{"id":"[^"]*",""")]
    private static partial Regex Id();

    [GeneratedRegex(@"^(?<key>(.*/)?[^./]+)\.(?<extension>[^/]*)$")]
    private static partial Regex Key();

    private sealed class Near : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 1e-6;

        public int GetHashCode(double value) => 0;
    }
}
