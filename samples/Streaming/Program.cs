// Live sound → tokens, as they come. Standard input is 16-bit mono PCM at 16 kHz without a header:
//
//   arecord -t raw -f S16_LE -r 16000 | dotnet run -c Release --project samples/Streaming [TOKENIZER.zip]
//
// Without TOKENIZER.zip the shipped model for live sound is used: speak when it is listening. Without a microphone a sound file will do:
//
//   dotnet run -c Release --project samples/Streaming -- pcm hello.flac > hello.pcm
//   dotnet run -c Release --project samples/Streaming < hello.pcm

using System.Globalization;
using System.Runtime.InteropServices;
using AudioBsq.Decoding;
using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

if (args is ["pcm", var sound])
{
    using var output = Console.OpenStandardOutput();
    foreach (var block in AudioFile.ReadBlocks(sound, 16_000))
    {
        short[] rounded = Array.ConvertAll(
            block.ToArray(), sample => (short)Math.Clamp(MathF.Round(sample * 32_768), short.MinValue, short.MaxValue));
        output.Write(MemoryMarshal.AsBytes(rounded.AsSpan()));
    }

    return 0;
}

if (args.Length > 1 || args is ["-h" or "--help"])
{
    Console.Error.WriteLine("usage: … | dotnet run -c Release --project samples/Streaming [TOKENIZER.zip]");
    return args.Length > 1 ? 2 : 0;
}

// 1. A model: any tokenizer, but only a causal one gives tokens at once.
using var model = args is [var zip]
    ? ((TransformerChain<ITransformer>)new MLContext().Model.Load(zip, out _)).OfType<AudioTokenizerTransformer>().Single().Model
    : PretrainedAudioModels.Speech900Causal.LoadTokenizer();

// 2. Standard input → samples as they come. Any stream will do, and any rate.
var format = new PcmFormat { SampleFormat = PcmSampleFormat.S16Le, SampleRate = 16_000, Channels = 1 };
var samples = PcmReader.ReadAsync(Console.OpenStandardInput(), format, model.Mel.SampleRate);

// 3. Samples → tokens as soon as they are certain: those that the whole recording would have.
using var tokenizer = model.CreateStreamingTokenizer();
Console.Error.WriteLine($"Listening. Tokens come up to {tokenizer.Latency.TotalMilliseconds:F0} ms behind the sound.");
int perStep = model.Options.PatchesPerStep * model.Options.TokensPerPosition;
double secondsPerStep = model.Options.PatchFrames / model.Mel.FrameRate;
long step = 0;
await foreach (int[] tokens in tokenizer.TokenizeAsync(samples))
{
    foreach (int[] one in tokens.Chunk(perStep))
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{step++ * secondsPerStep,8:F2} s  {string.Join(' ', one)}"));
}

return 0;
