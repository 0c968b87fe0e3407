// A language model over speech tokens: how many bits do they need, and how does a clip go on?
//
//   dotnet run -c Release --project samples/TokenLanguageModel [FOLDER]
//
// It learns from the 15 clips of samples/clips/train, 55 s, and from all recordings in FOLDER. Tokens are those of speech450. A minute is
// enough to learn which tokens follow each other, but no words: a continuation is babble and pauses.

using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Tokens;
using Microsoft.ML;
using Microsoft.ML.Data;
using TokenLanguageModel;

var speech = PretrainedAudioModels.Speech450;
using var model = speech.LoadTokenizer();
using var vocoder = speech.LoadVocoder();
var mel = new MelSpectrogram(model.Mel);
int bits = model.Options.Quantizer.Bits;
string clips = Path.Combine(AppContext.BaseDirectory, "clips");
string[] dev = Files(Path.Combine(clips, "dev"));

// 1. Learn.
var mixer = new TokenMixer(bits, model.Options.PatchesPerStep);
int learned = 0;
foreach (string[] files in Files(Path.Combine(clips, "train")).Concat(args is [var folder] ? Files(folder) : []).Chunk(16))
{
    int[][] batch = Tokens(files);
    foreach (int[] clip in batch) mixer.Score(clip, learn: true);
    learned += batch.Sum(clip => clip.Length);
}

// 2. Score clips of speakers it has not heard; nothing is learned from these.
int[][] tokens = Tokens(dev);
double scale = model.TokensPerSecond / tokens.Sum(clip => clip.Length);
double mixed = scale * tokens.Sum(clip => mixer.Score(clip)), coded = scale * tokens.Zip(dev, Coded).Sum();
Console.WriteLine($"Learned from {learned / model.TokensPerSecond:F0} s. {tokens.Length} other clips take, in bits per second:");
Console.WriteLine($"  {model.TokensPerSecond * bits:F0}  as they are");
Console.WriteLine($"  {coded:F0}  in a container with entropy coding, without its headers");
Console.WriteLine($"  {mixed:F0}  by this model");

// 3. Two seconds of a clip, then two that the model makes up; and four seconds from nothing.
var random = new Random(1);
string output = Directory.CreateDirectory("token-language-model-output").FullName;
int steps = (int)(2 * model.TokensPerSecond);
for (int i = 0; i < dev.Length; i++)
    Write($"continued-{Path.GetFileNameWithoutExtension(dev[i])}", mixer.Continue(tokens[i][..steps], steps, random));
Write("from-nothing", mixer.Continue([], 2 * steps, random));
return mixed < coded ? 0 : 1;

string[] Files(string folder) => [.. new MLContext().Data.LoadAudioFolder(folder).GetColumn<string>("Path").Order(StringComparer.Ordinal)];

int[][] Tokens(string[] files) =>
    model.Encode([.. files.Select(file => (ReadOnlyMemory<float>)mel.Extract(AudioFile.Read(file, model.Mel.SampleRate).Samples))]);

// Bits of a container's payload if a clip is one chunk: packed tokens, less what entropy coding makes the file smaller.
double Coded(int[] clip, string file)
{
    return 8 * (((clip.Length * bits) + 7) / 8 + Length(TokenCoding.Entropy) - Length(TokenCoding.Packed));

    long Length(TokenCoding coding)
    {
        using var container = new MemoryStream();
        var header = model.CreateTokenHeader(speech.Name) with { Coding = coding, StepsPerChunk = clip.Length };
        using var writer = new TokenWriter(container, header);
        writer.Write(clip);
        writer.Complete(AudioFile.Read(file, model.Mel.SampleRate).Samples.Length);
        return container.Length;
    }
}

void Write(string name, int[] sequence)
{
    string path = Path.Combine(output, $"{name}.wav");
    float[] samples = vocoder.Synthesize(model.Decode(sequence), null, speech.RefinementIterations);
    AudioFile.WriteWav(path, new Waveform(samples, model.Mel.SampleRate));
    Console.WriteLine($"Written: {path}   {mixer.Score(sequence) / sequence.Length:F1} bits a token");
}
