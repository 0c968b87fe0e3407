using AudioBsq.Cli.Console;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Decoding;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Vocoding;
using AudioBsq.Vocoding;
using Microsoft.ML;

namespace AudioBsq.Tests.Cli.Tokenizing;

/// <summary>Containers whose sound is too long to be held in memory.</summary>
[Trait("Speed", "Slow")]
public sealed class LongContainerTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    private const int Minute = 60 * 16_000;

    [Theory, InlineData(true), InlineData(false)]
    public void Sound_IsThatOfContainersReadAtOnce(bool causal)
    {
        using var pipeline = Pipeline(causal);
        string[] paths =
            [Container(pipeline.Model, 20 * 16_000 + 77), Container(pipeline.Model, 0), Container(pipeline.Model, 1),
            Container(pipeline.Model, 64_000), Container(pipeline.Model, 160_001)];
        string damaged = Container(pipeline.Model, 14 * 16_000), cut = Container(pipeline.Model, 14 * 16_000 + 5),
            headless = Container(pipeline.Model, 9 * 16_000);
        Damage(damaged, chunk: 1);
        Damage(damaged, chunk: 2);
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..^200]);
        using (var file = File.OpenWrite(headless)) file.WriteByte(0);

        var (atOnce, whole) = Write(pipeline, null, [.. paths, damaged, cut, headless]);
        var (streamed, parts) = Write(pipeline, TimeSpan.Zero, [.. paths, damaged, cut, headless]);
        var (mixed, some) = Write(pipeline, TimeSpan.FromSeconds(12), [.. paths, damaged, cut, headless]);

        Assert.Equal(whole, parts);
        Assert.Equal(whole, some);
        Assert.Contains("time steps are missing, from step", whole);
        Assert.Equal(8, atOnce.Count);
        for (int i = 0; i < 8; i++)
        {
            foreach (float[] sound in new[] { streamed[i], mixed[i] })
            {
                Assert.Equal(atOnce[i].Length, sound.Length);
                Assert.InRange(atOnce[i].Zip(sound, (a, b) => Math.Abs(a - b)).Append(0).Max(), 0, 1.01f / 32_768);
            }
        }

        Assert.Contains(atOnce[0], sample => Math.Abs(sample) > 100f / 32_768);
        Assert.All(streamed[5][64_000..192_000], sample => Assert.Equal(0, sample));
        Assert.Contains(streamed[5][192_000..], sample => sample != 0);
    }

    [Fact]
    public void Command_MakesLongSound_AndLeavesOutWhatIsFinished()
    {
        using var pipeline = Pipeline(causal: true);
        string folder = Directory.CreateDirectory(model.New("tokens")).FullName, sounds = model.New("sounds"),
            made = Path.Combine(sounds, "long.wav"), vocoder = Vocoder();
        File.Move(Container(pipeline.Model, 3 * Minute + 1), Path.Combine(folder, "long.absq"));
        File.Move(Container(pipeline.Model, 16_000), Path.Combine(folder, "short.absq"));
        string[] command = ["reconstruct", model.Causal, folder, "-o", sounds, "--vocoder", vocoder];

        Ran.AudioBsq(command).Expect(0);
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(made, old);
        Ran.AudioBsq(command).Expect(0);

        Assert.Equal(old, File.GetLastWriteTimeUtc(made));
        Assert.Equal(3 * Minute + 1, AudioFile.Describe(made).Frames);
        Assert.Equal(16_000, AudioFile.Describe(Path.Combine(sounds, "short.wav")).Frames);
        Assert.Equal(3, Directory.GetFiles(sounds).Length);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void TenMinutes_TakeNoMoreMemoryThanOne(bool causal)
    {
        using var pipeline = Pipeline(causal);

        HeldPieces one = Held(pipeline, Container(pipeline.Model, Minute)), ten = Held(pipeline, Container(pipeline.Model, 10 * Minute));

        Assert.InRange(ten.Count, 8 * one.Count, 12 * one.Count);
        Assert.InRange(ten.MaxAllocated - one.MaxAllocated, long.MinValue, 1 << 20);
        Assert.InRange(ten.MaxAlive, 0, 3);
    }

    [Fact]
    public void SoundThatPassesAWavFile_IsRefused()
    {
        using var pipeline = Pipeline(causal: false);
        string path = Container(pipeline.Model, 1L << 31, random: false), folder = model.New("sounds");

        var ran = Ran.AudioBsq("reconstruct", model.Zip, path, "-o", folder, "--vocoder", Vocoder()).Expect(3);
        var atOnce = Ran.AudioBsq("reconstruct", model.Zip, path, "-o", folder).Expect(3);

        Assert.Contains("A WAV file holds at most 4 GiB; 2,147,483,648 samples of 2 bytes are more.", ran.MessageLines[0]);
        Assert.Contains("has 2,147,483,648 samples, more than are made at once. With --vocoder", atOnce.MessageLines[0]);
        Assert.Empty(Directory.GetFiles(folder));
    }

    // Looks every sixteen seconds of sound at what is still alive.
    private static HeldPieces Held(SynthesisPipeline pipeline, string path)
    {
        var held = new HeldPieces(checkEvery: 4);
        foreach (var (_, blocks) in pipeline.Synthesize([("", Input(pipeline, TimeSpan.Zero, path).Single())]))
        {
            foreach (var block in blocks) held.Add(block);
        }

        return held;
    }

    private static IEnumerable<TokenInput> Input(SynthesisPipeline pipeline, TimeSpan? longest, params string[] paths) =>
        new TokenInputs(paths, new CopiedInputs(() => Stream.Null, default), (name, reason) => Assert.Fail($"{name}: {reason}"))
            .Read(pipeline.Model, "model", longest, (name, reason) => Assert.Fail($"{name}: {reason}"));

    private (List<float[]> Sounds, string Messages) Write(SynthesisPipeline pipeline, TimeSpan? longest, params string[] paths)
    {
        using var messages = new StringWriter();
        var terminal = new Terminal(TextWriter.Null, messages);
        var sounds = new ReconstructedSounds(model.New("sounds"), WavSampleFormat.Pcm16, overwrite: false, new Tally(terminal), terminal);
        var targets = new List<string>();
        foreach (var (target, blocks) in pipeline.Synthesize(sounds.Wanted(Input(pipeline, longest, paths), default)))
        {
            sounds.Write(target, blocks, pipeline.Model);
            targets.Add(target);
        }

        return ([.. targets.Select(target => AudioFile.Read(target).Samples)], messages.ToString());
    }

    private SynthesisPipeline Pipeline(bool causal)
    {
        var ml = new MLContext { GpuDeviceId = -1 };
        var pipeline =
            new SynthesisPipeline(
            ml, SavedModel.Load(ml, causal ? model.Causal : model.Zip), batchSize: null, new GriffinLimOptions { Iterations = 0 },
            NeuralVocoder.Load(Vocoder(), "cpu"));
        Assert.True(pipeline.CanStream);
        return pipeline;
    }

    private string Container(AudioBsqModel of, long samples, bool random = true)
    {
        string path = model.New("clip.absq");
        var header = ContainerFile.HeaderOf(of, "model", path, sourceHash: null, samples: null);
        var numbers = new Random(5);
        using var file = File.Create(path);
        long left = header.StepsOf(samples) * header.TokensPerStep;
        ContainerFile.Write(file, header, Parts(), () => samples);
        return path;

        IEnumerable<int[]> Parts()
        {
            for (int count; left > 0; left -= count)
            {
                int[] part = new int[count = (int)Math.Min(left, 100_000)];
                if (random) for (int i = 0; i < count; i++) part[i] = numbers.Next(512);
                yield return part;
            }
        }
    }

    private static void Damage(string path, byte chunk)
    {
        byte[] bytes = File.ReadAllBytes(path);
        ReadOnlySpan<byte> head = [0xAB, 0x43, chunk, 0, 0, 0];
        bytes[bytes.AsSpan().IndexOf(head) + 12] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private string Vocoder()
    {
        string path = model.New("vocoder.safetensors");
        using var vocoder = SmallVocoder.Create();
        vocoder.Save(path);
        return path;
    }
}
