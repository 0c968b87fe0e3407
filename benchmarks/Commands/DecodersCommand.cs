using System.CommandLine;
using System.Diagnostics;
using AudioBsq.Benchmarks.Decoders;
using AudioBsq.Decoding;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>decoders</c>: one clip in many formats beside ffmpeg, damaged files, and speed.</summary>
internal sealed class DecodersCommand : Command
{
    private const int Repeats = 5;

    private static readonly (string Name, string Options, string Extension)[] Formats =
    [
        ("WAV 8-bit", "-c:a pcm_u8", "u8.wav"), ("WAV 16-bit", "-c:a pcm_s16le", "s16.wav"), ("WAV 24-bit", "-c:a pcm_s24le", "s24.wav"),
        ("WAV 32-bit", "-c:a pcm_s32le", "s32.wav"), ("WAV float", "-c:a pcm_f32le", "f32.wav"),
        ("WAV µ-law", "-c:a pcm_mulaw", "mulaw.wav"), ("WAV A-law", "-c:a pcm_alaw", "alaw.wav"),
        ("WAV extensible", "-c:a pcm_s24le -ac 2", "extensible.wav"), ("RF64", "-c:a pcm_s16le -rf64 always", "rf64.wav"),
        ("AIFF", "-c:a pcm_s16be", "s16.aiff"), ("AIFC", "-c:a pcm_f32be", "f32.aifc"), ("FLAC", "-c:a flac", "flac"),
        ("MP3 CBR", "-c:a libmp3lame -b:a 64k", "cbr.mp3"), ("MP3 VBR", "-c:a libmp3lame -q:a 4", "vbr.mp3"),
        ("MP3 CBR, no tags", "-c:a libmp3lame -b:a 64k -write_xing 0 -id3v2_version 0", "cbr-bare.mp3"),
        ("MP3 VBR, no tags", "-c:a libmp3lame -q:a 4 -write_xing 0 -id3v2_version 0", "vbr-bare.mp3"),
        ("Vorbis", "-c:a libvorbis", "ogg"), ("Opus", "-c:a libopus", "opus"),
    ];

    private readonly Argument<FileInfo> _clip =
        new Argument<FileInfo>("CLIP") { Description = "A WAV file, from which the others are made" }.AcceptExistingOnly();

    private readonly Option<int> _damaged = Inputs.Count("--damaged", 10_000, "Damaged files of each compressed format");
    private readonly Option<int> _minutes = Inputs.Count("--minutes", 2, "Minutes of sound that the speed is measured on");

    public DecodersCommand() : base("decoders", "Decode one clip in many formats beside ffmpeg, then damaged files, then for speed.")
    {
        Add(_clip);
        Add(_damaged);
        Add(_minutes);
        SetAction(Run);
    }

    private int Run(ParseResult arguments)
    {
        if (!Ffmpeg.IsThere)
        {
            Console.Error.WriteLine("ffmpeg, which makes the files and decodes them for comparison, is not installed.");
            return 1;
        }

        var folder = Directory.CreateTempSubdirectory("audiobsq-decoders-");
        try
        {
            string clip = arguments.GetRequiredValue(_clip).FullName;
            Compare(clip, folder.FullName);
            Damage(folder.FullName, arguments.GetValue(_damaged));
            Time(clip, folder.FullName, arguments.GetValue(_minutes));
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Compare(string clip, string folder)
    {
        Console.WriteLine("format             frames  ffmpeg's  max difference");
        foreach (var (name, options, extension) in Formats)
        {
            string path = Path.Combine(folder, $"clip.{extension}");
            if (!Ffmpeg.TryEncode(clip, options, path))
            {
                Console.WriteLine($"{name,-17} this ffmpeg does not write it");
                continue;
            }

            using var source = AudioFile.Open(path);
            float[] ours = Samples(source), theirs = Ffmpeg.Decode(path);
            double difference = ours.Zip(theirs, (a, b) => Math.Abs((double)a - b)).DefaultIfEmpty().Max();
            int channels = source.Format.Channels;
            Console.WriteLine(FormattableString.Invariant(
                $"{name,-17} {ours.Length / channels,7}  {theirs.Length / channels,8}  {difference,14:0.0E+0}"));
        }
    }

    private static void Damage(string folder, int count)
    {
        Console.WriteLine();
        Console.WriteLine("damaged      read  refused  other exceptions  over 10 s  max s  max MB");
        var kinds = Formats.Where(format => format.Extension is "flac" or "cbr.mp3" or "vbr-bare.mp3" or "ogg" or "opus");
        foreach (var (name, _, extension) in kinds)
        {
            string path = Path.Combine(folder, $"clip.{extension}");
            if (!File.Exists(path)) continue;
            byte[] file = File.ReadAllBytes(path);
            var damage = new DamageCount();
            for (int i = 0; i < count; i++) damage.Add(FileDamage.Of(file, new Random(i)), $"{name} {i}");
            Console.WriteLine(FormattableString.Invariant($"{name,-16} {damage.Read,5}  {damage.Refused,7}  {damage.Faults,16}  ")
                + FormattableString.Invariant($"{damage.Slow,9}  {damage.Seconds,5:0.00}  {damage.Bytes / 1e6,6:0.0}"));
            foreach (string message in damage.Messages.Values) Console.WriteLine(message);
        }
    }

    private static void Time(string clip, string folder, int minutes)
    {
        Console.WriteLine();
        Console.WriteLine($"× real time, {minutes} minutes, one thread, medians of {Repeats}");
        Console.WriteLine("format             ours  ffmpeg");
        foreach (var (name, options, extension) in Formats)
        {
            string path = Path.Combine(folder, $"long.{extension}");
            if (!Ffmpeg.TryEncode(clip, $"-af aloop=-1:1e9 -t {60 * minutes} {options}", path)) continue;
            double ours = Median(() => Seconds(path)), theirs = Median(() => Ffmpeg.Seconds(path));
            Console.WriteLine(FormattableString.Invariant($"{name,-17} {60 * minutes / ours,5:0}  {60 * minutes / theirs,6:0}"));
        }
    }

    private static double Seconds(string path)
    {
        var clock = Stopwatch.StartNew();
        using var source = AudioFile.Open(path);
        float[] block = new float[1 << 14];
        while (source.Read(block) > 0)
        {
        }

        return clock.Elapsed.TotalSeconds;
    }

    private static double Median(Func<double> measure)
    {
        double[] seconds = [.. Enumerable.Range(0, Repeats).Select(_ => measure()).Order()];
        return seconds[Repeats / 2];
    }

    private static float[] Samples(IAudioSource source)
    {
        var samples = new List<float>();
        float[] block = new float[1 << 14];
        for (int got; (got = source.Read(block)) > 0;) samples.AddRange(block.AsSpan(0, got));
        return [.. samples];
    }
}
