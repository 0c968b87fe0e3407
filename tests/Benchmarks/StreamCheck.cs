using System.Globalization;
using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Networks;
using AudioBsq.Signal;
using AudioBsq.Inference;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace AudioBsq.Benchmarks;

/// <summary>Whether a trained model gives the same tokens however clips are cut, saved and restored, batched and padded, and what the future changes.</summary>
internal static class StreamCheck
{
    private const int Cuttings = 200, Batchings = 50, Changes = 200;

    public static int Run(string path, string folder)
    {
        var ml = new MLContext(seed: 1);
        using var saved = (TransformerChain<ITransformer>)ml.Model.Load(path, out _);
        var model = saved.OfType<AudioTokenizerTransformer>().First().Model;
        var spectrogram = new MelSpectrogram(model.Mel);
        float[][] sounds = [.. ml.Data.LoadAudioFolder(folder).GetColumn<string>("Path").Select(file => AudioFile.Read(file, model.Mel.SampleRate).Samples)];
        float[][] mels = Array.ConvertAll(sounds, sound => spectrogram.Extract(sound));
        int[][] whole = Array.ConvertAll(mels, mel => model.Encode(mel));
        Console.WriteLine($"{sounds.Length} clips, {sounds.Sum(sound => sound.Length) / (double)model.Mel.SampleRate:F0} s, {whole.Sum(tokens => tokens.Length)} tokens; causal: {model.Options.IsCausal}; {torch.get_num_threads()} threads of torch");

        var random = new Random(1);
        int wrong = Enumerable.Range(0, Cuttings).Count(i => !Streamed(model, sounds[i % sounds.Length], random).SequenceEqual(whole[i % sounds.Length]));
        Console.WriteLine($"{wrong} of {Cuttings} cuttings (pieces of 1 to 40,000 samples, saved and restored on the way) gave other tokens");
        wrong = Enumerable.Range(0, Batchings).Count(_ => !Batched(model, mels, random).Zip(whole).All(pair => pair.First.SequenceEqual(pair.Second)));
        Console.WriteLine($"{wrong} of {Batchings} random batchings of all clips gave other tokens");
        if (!model.Options.IsCausal) return 0;

        wrong = Enumerable.Range(0, Changes).Count(i => !KeepsThePast(model, spectrogram, sounds[i % sounds.Length], whole[i % sounds.Length], random));
        Console.WriteLine($"{wrong} of {Changes} changes from a random sample on changed a token that ends before it");
        float[] noise = [.. mels.SelectMany(mel => Noise(model, mel)).Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"latents step by step and 256 steps at once differ by {noise[noise.Length / 2]:E1} (median), {noise[(int)(0.999 * noise.Length)]:E1} (99.9 %), {noise[^1]:E1} (most); what is nearer than {EncoderStream.TooCloseToCall:E1} to a threshold is computed again"));
        return 0;
    }

    private static List<int> Streamed(AudioBsqModel model, float[] sound, Random random)
    {
        var stream = model.CreateStreamingTokenizer();
        List<int> tokens = [];
        double largest = Math.Pow(40_000, random.NextDouble()); // some cuttings are fine all through
        for (int start = 0; start < sound.Length;)
        {
            int count = Math.Min(sound.Length - start, 1 + (int)(largest * random.NextDouble()));
            tokens.AddRange(stream.Accept(sound.AsSpan(start, count)));
            start += count;
            if (random.NextDouble() * sound.Length > 5 * count) continue; // about five times
            byte[] state = stream.SaveState();
            stream.Dispose();
            stream = model.CreateStreamingTokenizer();
            stream.RestoreState(state);
        }

        tokens.AddRange(stream.Flush());
        stream.Dispose();
        return tokens;
    }

    private static int[][] Batched(AudioBsqModel model, float[][] mels, Random random)
    {
        int[][] tokens = new int[mels.Length][];
        int[] order = [.. Enumerable.Range(0, mels.Length).OrderBy(_ => random.Next())];
        for (int start = 0; start < order.Length;)
        {
            int[] batch = order[start..Math.Min(order.Length, start + 1 + random.Next(order.Length))];
            int[][] found = model.Encode([.. batch.Select(i => (ReadOnlyMemory<float>)mels[i])]);
            for (int i = 0; i < batch.Length; i++) tokens[batch[i]] = found[i];
            start += batch.Length;
        }

        return tokens;
    }

    private static bool KeepsThePast(AudioBsqModel model, MelSpectrogram spectrogram, float[] sound, int[] tokens, Random random)
    {
        int changed = random.Next(sound.Length), hop = model.Mel.HopLength, frames = model.Options.PatchFrames;
        float[] other = [.. sound];
        for (int i = changed; i < other.Length; i++) other[i] = (float)(random.NextDouble() - 0.5);
        int[] found = model.Encode(spectrogram.Extract(other));
        int steps = Enumerable.Range(0, model.Options.StepsOf(model.Mel.FramesOf(sound.Length))).Count(step => (step * frames + frames - 1) * hop + model.Mel.FftLength / 2 <= changed);
        int ended = steps * model.Options.TokensPerStep;
        return tokens.AsSpan(0, ended).SequenceEqual(found.AsSpan(0, ended)) && !tokens.AsSpan().SequenceEqual(found);
    }

    private static float[] Noise(AudioBsqModel model, float[] mel)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        int frames = model.Options.PatchFrames, steps = mel.Length / model.Options.Bands / frames;
        var x = model.Network.Scale(torch.tensor(mel, [1, mel.Length / model.Options.Bands, model.Options.Bands]));
        return (Latents(model, x, steps, 1) - Latents(model, x, steps, 256)).abs().flatten().data<float>().ToArray();
    }

    private static torch.Tensor Latents(AudioBsqModel model, torch.Tensor x, int steps, int atOnce)
    {
        using var past = new Past(model.Options.Encoder, model.Options);
        int frames = model.Options.PatchFrames;
        var parts = Enumerable.Range(0, (steps + atOnce - 1) / atOnce)
            .Select(i => model.Network.Encode(x.narrow(1, (long)i * atOnce * frames, (long)Math.Min(atOnce, steps - i * atOnce) * frames), null, past)).ToList();
        return torch.cat(parts, 1);
    }
}
