// Listens for words that were each said once: "six", "seven" and "eight", by six speakers.
//
//   dotnet run -c Release --project samples/KeywordSpotting
//   arecord -t raw -f S16_LE -r 16000 | dotnet run -c Release --project samples/KeywordSpotting -- -
//
// The first looks for them in a minute of digits that the same speakers say another time. The second is live: 16-bit mono PCM at 16 kHz; a
// word is written some two seconds after it was said. It knows the voices that it was taught: put recordings of yours into samples/digits.

using System.Globalization;
using AudioBsq.Decoding;
using AudioBsq.MLNet;
using KeywordSpotting;

const int Rate = 16_000;
string[] words = ["6", "7", "8"];
using var model = PretrainedAudioModels.Speech900.LoadTokenizer();
var features = new StepFeatures(model);
var random = new Random(1);
var clips = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "digits"), "*.wav").Order(StringComparer.Ordinal)
    .Select(file => (Name: Path.GetFileNameWithoutExtension(file).Split('_'), AudioFile.Read(file, Rate).Samples)).ToArray();

// 1. Enrol: the first take. A word counts as heard if it is nearer, by a tenth, than every other word of that take.
var first = clips.Where(clip => clip.Name[2] == "0").ToArray();
float[][][] known = features.Whole([.. first.Select(clip => (float[])[.. Silence(0.4), .. clip.Samples, .. Silence(0.4)])]);
var enrolled = first.Zip(known).Where(pair => words.Contains(pair.First.Name[0]))
    .Select(pair => new EnrolledWord(pair.First.Name[0], pair.Second[10..^10])).ToArray();
foreach (var word in enrolled)
    word.Threshold = 0.9f * first.Zip(known).Where(pair => pair.First.Name[0] != word.Word).Min(pair => word.Best(pair.Second));

// 2. Listen: each step of 40 ms updates each word. What is nearest within 0.4 s is said once.
var heard = new List<(double Time, string Word)>();
double stepSeconds = model.Options.PatchFrames / model.Mel.FrameRate;
var (step, best) = (features.FirstStep, (Step: 0L, Word: "", Score: 1f));
if (args is ["-"])
{
    var format = new PcmFormat { SampleFormat = PcmSampleFormat.S16Le, SampleRate = Rate, Channels = 1 };
    await foreach (var samples in PcmReader.ReadAsync(Console.OpenStandardInput(), format, Rate)) Listen(samples);
    Listen(Silence(2));
    return 0;
}

// 3. Without standard input: the other take, in any order, with half a second between words.
var said = new List<(double Start, double End, string Word)>();
var stream = new List<float>(Silence(1));
var second = clips.Where(clip => clip.Name[2] != "0").ToArray();
random.Shuffle(second);
foreach (var (name, samples) in second)
{
    said.Add((stream.Count / (double)Rate, ((stream.Count + samples.Length) / (double)Rate) + 0.2, name[0]));
    stream.AddRange([.. samples, .. Silence(0.5)]);
}

foreach (float[] block in stream.Concat(Silence(2)).Chunk(Rate / 10)) Listen(block);
int there = said.Count(word => words.Contains(word.Word));
var right = heard.Select(hit => said.Find(word => hit.Word == word.Word && hit.Time > word.Start && hit.Time < word.End)).ToArray();
int hits = right.Where(word => word.Word != null).Distinct().Count(), wrong = right.Count(word => word.Word == null);
double byChance = there * heard.Count / (double)(words.Length * said.Count);
Console.WriteLine($"{said.Count} words, {there} to be found: {hits} hits, {there - hits} misses, {wrong} false alarms.");
Console.WriteLine($"As many alarms at random words: {byChance:F1} hits.");
return hits > 3 * byChance && hits > wrong ? 0 : 1;

float[] Silence(double seconds) => [.. Enumerable.Range(0, (int)(seconds * Rate)).Select(_ => (float)(random.NextDouble() - 0.5) * 2e-3f)];

void Listen(ReadOnlyMemory<float> samples)
{
    foreach (float[] feature in features.Accept(samples))
    {
        step++;
        foreach (var word in enrolled)
        {
            float score = word.Accept(feature) / word.Threshold;
            if (score < best.Score) best = (step, word.Word, score);
        }

        if (best.Score < 1 && step - best.Step >= 10)
        {
            double time = best.Step * stepSeconds;
            heard.Add((time, best.Word));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time,7:F2} s  {best.Word}  {1 - best.Score:F2}"));
            best.Score = 1;
        }
    }
}
