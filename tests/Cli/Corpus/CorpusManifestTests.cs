using System.Globalization;
using System.IO.Compression;
using AudioBsq.Cli.Corpus;
using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Cli.Corpus;

[WithoutTorch]
public sealed class CorpusManifestTests : IDisposable
{
    private readonly string _folder = TestData.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Folder_IsItsSoundFiles()
    {
        Sound("b/two.wav");
        Sound("a.wav");

        var clips = new CorpusManifest(_folder).Clips().ToList();

        Assert.Equal(["a", "b/two"], clips.Select(clip => clip.Id));
        Assert.Equal(["a.wav", "b/two.wav"], clips.Select(clip => clip.Name));
        Assert.All(clips, clip => Assert.True(File.Exists(clip.Path)));
    }

    [Fact]
    public void Lines_ArePathsOrNemos()
    {
        var clips = Clips(
            """{"path":"a/b.wav"}""",
            "",
            """{"audio_filepath":"a/c.wav","duration":2.5,"text":"hello"}""",
            """{"id":"mine","path":"a/c.wav","offset":1.5,"duration":0.5}""",
            """{"path":"d.x.flac","offset":12.3456}""",
            $$"""{"path":"{{_folder}}/e.wav"}""",
            """{"path":"/elsewhere/f.wav"}""");

        Assert.Equal(["a/b", "a/c", "mine", "d.x@12346", "e", "/elsewhere/f"], clips.Select(clip => clip.Id));
        Assert.Equal(["a/b.wav", "a/c.wav", "a/c.wav", "d.x.flac", "e.wav", "/elsewhere/f.wav"], clips.Select(clip => clip.Name));
        Assert.Equal([null, null, new TimeRange(1.5, 2.0), new TimeRange(12.3456, null), null, null], clips.Select(clip => clip.Part));
        Assert.Equal([null, 2.5, 0.5, null, null, null], clips.Select(clip => clip.Seconds));
        Assert.Equal(Path.Combine(_folder, "a/b.wav"), clips[0].Path);
        Assert.Equal("/elsewhere/f.wav", clips[^1].Path);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Cuts_AreLhotses(bool zipped)
    {
        string path = Path.Combine(_folder, zipped ? "cuts.jsonl.gz" : "cuts.jsonl");
        using (Stream file = File.Create(path), stream = zipped ? new GZipStream(file, CompressionLevel.Fastest) : file)
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(Cut("utt-1", 1.25, 2)));
        }

        var clip = new CorpusManifest(path).Clips().Single();

        Assert.Equal(("utt-1", "wav/rec.flac", 2.0), (clip.Id, clip.Name, clip.Seconds));
        Assert.Equal(new TimeRange(1.25, 3.25), clip.Part);
        Assert.Equal(Cut("utt-1", 1.25, 2), clip.Cut);
    }

    [Fact]
    public void Table_IsCommonVoices()
    {
        string path = Write("dev.tsv", "client_id\tpath\tsentence\n1\tcommon_voice_1.mp3\tHi\r\n2\tcommon_voice_2\t\"Ho\n");

        var clips = new CorpusManifest(path).Clips().ToList();

        Assert.Equal(["common_voice_1", "common_voice_2"], clips.Select(clip => clip.Id));
        Assert.Equal(["clips/common_voice_1.mp3", "clips/common_voice_2.mp3"], clips.Select(clip => clip.Name));
        Assert.Equal(Path.Combine(_folder, "clips/common_voice_1.mp3"), clips[0].Path);
    }

    [Theory]
    [InlineData("{\"path\":\"a.wav\"}\n{\"path\":", "line 2")]
    [InlineData("{\"path\":\"a.wav\"}\n\n[1]", "line 3")]
    [InlineData("{\"file\":\"a.wav\"}", "no 'path'")]
    [InlineData("{\"path\":7}", "must be text")]
    [InlineData("{\"path\":\"\"}", "path is empty")]
    [InlineData("{\"path\":\"a.wav\",\"id\":\"\"}", "id is empty")]
    [InlineData("{\"path\":\"a.wav\",\"offset\":\"1\"}", "must be a number")]
    [InlineData("{\"path\":\"a.wav\",\"offset\":-1}", "0 s or later")]
    [InlineData("{\"path\":\"a.wav\",\"offset\":1,\"duration\":0}", "0 s or later")]
    [InlineData("{\"path\":\"a.wav\",\"duration\":-2}", "-2 s")]
    [InlineData("{\"id\":\"x\",\"duration\":1,\"recording\":{\"sources\":[{\"type\":\"url\",\"source\":\"u\"}]}}", "type file")]
    [InlineData("{\"id\":\"x\",\"duration\":1,\"recording\":{\"sources\":[]}}", "one source")]
    [InlineData("{\"id\":\"x\",\"duration\":1,\"recording\":7}", "one source")]
    [InlineData("{\"id\":\"x\",\"recording\":{\"sources\":[]}}", "no duration")]
    [InlineData("{\"id\":\"x\",\"type\":\"MixedCut\",\"recording\":{}}", "MixedCut")]
    [InlineData("client_id\tpath\n1\n", "line 2")]
    [InlineData("client_id\tpath\n1\t \n", "path is empty")]
    [InlineData("words\n", "no manifest")]
    [InlineData("", "no manifest")]
    [InlineData("path\n", "holds no clip")]
    [InlineData("{\"path\":\"a.wav\"}\n{\"path\":\"a.flac\"}", "id 'a'")]
    public void BadLine_IsNamed(string text, string expected)
    {
        string path = Write("m.jsonl", text);

        var failure = Assert.Throws<InvalidDataException>(() => ManifestIndex.Of(new CorpusManifest(path), path, default));

        Assert.Contains(expected, failure.Message);
        Assert.Contains(path, failure.Message);
    }

    [Fact]
    public void Lengths_AreTheManifests_OrTheFiles()
    {
        Sound("a.wav");
        File.WriteAllText(Path.Combine(_folder, "text.wav"), "no sound");
        string path = Write(
            "m.jsonl",
            """{"path":"a.wav"}""" + "\n" + """{"path":"missing.wav"}""" + "\n" + """{"path":"text.wav"}""" + "\n"
            + """{"path":"missing.wav","id":"stated","duration":7}""" + "\n" + """{"path":"a.wav","id":"part","offset":0.03}""");

        var seconds = ManifestIndex.Measured(new CorpusManifest(path), default).ToList();

        Assert.Equal([0.1, 0, 0, 7, 0.07], seconds.Select(length => Math.Round(length, 6)));
    }

    [Fact]
    public void Hash_IsOfTheClips_AndNotOfTheirPlace()
    {
        string here = Write("here/m.jsonl", """{"path":"a.wav"}"""), there = Write("there/n.jsonl", "\n{ \"path\" : \"a.wav\" }\n");
        string absolute = Write("there/o.jsonl", $$"""{"path":"{{_folder}}/there/a.wav"}""");
        string other = Write("there/p.jsonl", """{"path":"a.wav","duration":1}""");

        string expected = HashOf(here);

        Assert.Equal([expected, expected], new[] { there, absolute }.Select(HashOf));
        Assert.NotEqual(expected, HashOf(other));
    }

    private static string HashOf(string path) => ManifestIndex.Of(new CorpusManifest(path), path, default).Hash;

    private static string Cut(string id, double start, double duration) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"id":"{{id}}","start":{{start}},"duration":{{duration}},"channel":0,""")
        + """ "supervisions":[{"id":"s","text":"héllo"}],"""
        + """ "recording":{"id":"rec","sources":[{"type":"file","channels":[0],"source":"wav/rec.flac"}],"""
        + """ "sampling_rate":16000,"num_samples":160000,"duration":10.0},"type":"MonoCut"}""";

    private List<CorpusClip> Clips(params string[] lines) => [.. new CorpusManifest(Write("m.jsonl", string.Join('\n', lines))).Clips()];

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private void Sound(string name)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AudioFile.WriteWav(path, new Waveform(new float[1600], 16_000));
    }
}
