using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.OnnxRuntime;
using AudioBsq.Signal;
using AudioBsq.Tokens;

namespace AudioBsq.Benchmarks.Serving;

/// <summary>A sound file with the answers that it must get.</summary>
internal sealed record LoadClip(byte[] File, byte[] Pcm, int[] Tokens, byte[] Container, byte[] Sound);

/// <summary>What is sent, with the right answers, which the library gives here.</summary>
internal sealed class LoadInputs
{
    public LoadInputs(PretrainedAudioModel speech)
    {
        OnnxRuntimeSettings.Threads = 1;
        var other = PretrainedAudioModels.All.First(one => one.Name != speech.Name);
        using var tokenizer = speech.LoadTokenizer("onnx");
        using var vocoder = speech.LoadVocoder("onnx");
        using var wrong = other.LoadTokenizer("onnx");
        var mel = new MelSpectrogram(tokenizer.Mel);
        Clips = [.. Speech.Files.Select(file =>
        {
            var sound = Rounded(AudioFile.Read(file, tokenizer.Mel.SampleRate));
            int[] tokens = tokenizer.Encode(mel.Extract(sound.Samples));
            float[] decoded = tokenizer.Decode(tokens)[..(tokenizer.Mel.FramesOf(sound.Samples.Length) * tokenizer.Mel.Bands)];
            var heard = new Waveform(vocoder.Synthesize(decoded, sound.Samples.Length, speech.RefinementIterations), sound.SampleRate);
            byte[] wav = Wav(sound);
            return new LoadClip(wav, wav[44..], tokens, Container(tokenizer, tokens, sound.Samples.Length), Wav(heard));
        })];
        var first = AudioFile.Read(Speech.Flac, wrong.Mel.SampleRate).Samples;
        OfOtherModel = Container(wrong, wrong.Encode(new MelSpectrogram(wrong.Mel).Extract(first)), first.Length);
        TooLong = Wav(new Waveform(new float[1_900_000], 8_000)); // 237 s in 3.8 MB
    }

    public IReadOnlyList<LoadClip> Clips { get; }

    public byte[] OfOtherModel { get; }

    public byte[] TooLong { get; }

    // To 16 bits, so that a file, a live stream and the samples here are the same numbers.
    private static Waveform Rounded(Waveform sound) => new(
        Array.ConvertAll(sound.Samples, sample => Math.Clamp(MathF.Round(sample * 32_768), -32_768, 32_767) / 32_768), sound.SampleRate);

    private static byte[] Wav(Waveform sound)
    {
        using var file = new MemoryStream();
        AudioFile.WriteWav(file, sound);
        return file.ToArray();
    }

    private static byte[] Container(AudioBsqModel model, int[] tokens, int samples)
    {
        var file = new MemoryStream();
        using var writer = new TokenWriter(file, model.CreateTokenHeader("speech", samples) with { Coding = TokenCoding.Entropy });
        writer.Write(tokens);
        writer.Complete(samples);
        return file.ToArray();
    }
}
