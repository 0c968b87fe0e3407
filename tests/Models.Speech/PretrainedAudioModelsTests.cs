using System.Security.Cryptography;
using AudioBsq.Metrics;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Metrics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Models.Speech;

/// <summary>The trained models that come with the library: tokens that are the same everywhere, sound of a known quality.</summary>
public class PretrainedAudioModelsTests
{
    private static readonly string Dev = Path.Combine(TestData.Root, "samples", "clips", "dev");

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Names => [.. PretrainedAudioModels.All.Select(model => model.Name)];

    [Theory]
    [InlineData("speech450", 9)]
    [InlineData("speech900", 18)]
    [InlineData("speech900-causal", 18)]
    public void Rate_IsWhatTheNameSays(string name, int bits)
    {
        var pretrained = PretrainedAudioModels.Find(name)!;
        using var tokenizer = pretrained.LoadTokenizer("cpu");
        using var vocoder = pretrained.LoadVocoder("cpu");

        Assert.Equal((bits, 50.0), (tokenizer.Options.BitsPerToken, tokenizer.TokensPerSecond));
        Assert.Equal(new MelOptions(), tokenizer.Mel);
        Assert.Equal(new MelOptions(), vocoder.Mel);
        Assert.Equal(name, pretrained.ToString());
    }

    [Fact]
    public void CausalTokens_DoNotDependOnWhatComesLater()
    {
        using var tokenizer = PretrainedAudioModels.Speech900Causal.LoadTokenizer("cpu");
        using var stream = tokenizer.CreateStreamingTokenizer();
        float[] sound = SpokenClips.Short;

        int[] whole = tokenizer.Encode(new MelSpectrogram(tokenizer.Mel).Extract(sound));
        int[] live = [.. sound.Chunk(1_000).SelectMany(piece => stream.Accept(piece)), .. stream.Flush()];

        Assert.True(tokenizer.Options.IsCausal);
        Assert.Equal(whole, live);
        Assert.InRange(stream.Latency.TotalMilliseconds, 60, 100); // 40 ms of sound, and the end of its last window
    }

    [Fact]
    public void Find_KnowsTheNamesAlone()
    {
        Assert.Same(PretrainedAudioModels.Speech900, PretrainedAudioModels.Find("speech900"));
        Assert.Null(PretrainedAudioModels.Find("Speech900"));
        Assert.Null(PretrainedAudioModels.Find(""));
    }

    [Theory]
    [InlineData("speech450", "B163DAF230FF959E")]
    [InlineData("speech900", "A1953FB346EDD0A5")]
    [InlineData("speech900-causal", "34C31FFD3D97BE0A")]
    public void Tokens_AreTheSameEverywhere(string name, string hash)
    {
        using var tokenizer = PretrainedAudioModels.Find(name)!.LoadTokenizer("cpu");
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var clip in SpokenClips.All)
        {
            foreach (int token in tokenizer.Encode(new MelSpectrogram(tokenizer.Mel).Extract(clip.Samples)))
                sum.AppendData(BitConverter.GetBytes(token));
        }

        Assert.Equal(hash, Convert.ToHexString(sum.GetHashAndReset())[..16]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Speed", "Slow")]
    public void Pipeline_FromFilesToSound_IsSavedWithItsWeights(string name)
    {
        var pretrained = PretrainedAudioModels.Find(name)!;
        string zip = Path.Combine(TestData.NewFolder(), "speech.zip");
        var clips = _ml.Data.LoadAudioFolder(Dev);
        var pipeline = _ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
            .Append(_ml.Transforms.TokenizeAudio("Tokens", "Mel", pretrained, "Frames"))
            .Append(_ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", pretrained, "Frames"))
            .Append(_ml.Transforms.SynthesizeAudio("Sound", "Reconstructed", pretrained));
        var model = pipeline.Fit(clips);
        _ml.Model.Save(model, clips.Schema, zip);

        var here = model.Transform(clips);
        var there = new MLContext().Model.Load(zip, out _).Transform(clips);

        Assert.Equal(Tokens(here), Tokens(there));
        Assert.Equal(here.GetColumn<float[]>("Sound"), there.GetColumn<float[]>("Sound"));
        using var own = pretrained.LoadTokenizer("cpu");
        float[] mel = here.GetColumn<float[]>("Mel").First();
        Assert.Equal(own.Encode(mel).Select(token => (uint)token + 1), Tokens(here)[0]);
    }

    [Fact]
    public void Pipelines_ShareTheWeights_WhichDisposalDoesNotTake()
    {
        var clips = _ml.Data.LoadFromEnumerable([new { Mel = new float[128 * 20] }]);
        using var own = PretrainedAudioModels.Speech900.LoadTokenizer("cpu");
        var estimator = _ml.Transforms.TokenizeAudio("Tokens", "Mel", PretrainedAudioModels.Speech900);
        AudioTokenizerTransformer first = estimator.Fit(clips), second = estimator.Fit(clips);

        Assert.Same(first.Model, second.Model);
        Assert.NotSame(own, first.Model);
        first.Dispose();
        Assert.Equal(own.Encode(new float[128 * 20]).Length, Tokens(second.Transform(clips))[0].Length);
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Speed", "Slow")]
    public void Embeddings_AreThoseOfTheTokenizer(string name)
    {
        var pretrained = PretrainedAudioModels.Find(name)!;
        using var tokenizer = pretrained.LoadTokenizer("cpu");
        float[] mel = new MelSpectrogram(tokenizer.Mel).Extract(SpokenClips.Short);
        var data = _ml.Data.LoadFromEnumerable([new { Mel = mel }]);

        var embedded = _ml.Transforms.ExtractAudioEmbedding("Features", "Mel", pretrained).Fit(data).Transform(data);

        Close.To(tokenizer.Embed(mel), embedded.GetColumn<float[]>("Features").Single(), 1e-4);
    }

    [Theory]
    [InlineData("speech450", 0.83, 3.2)]
    [InlineData("speech900", 0.88, 3.6)]
    [InlineData("speech900-causal", 0.87, 3.6)]
    [Trait("Speed", "Slow")]
    public void Sound_IsIntelligible_AndAsLoudAsTheOriginal(string name, double stoi, double visqol)
    {
        var pretrained = PretrainedAudioModels.Find(name)!;
        using var tokenizer = pretrained.LoadTokenizer("cpu");
        using var vocoder = pretrained.LoadVocoder("cpu");
        var mel = new MelSpectrogram(tokenizer.Mel);
        AudioQuality Quality(Waveform clip)
        {
            int frames = tokenizer.Mel.FramesOf(clip.Samples.Length);
            float[] levels = tokenizer.Decode(tokenizer.Encode(mel.Extract(clip.Samples)))[..(frames * mel.Options.Bands)];
            float[] sound = vocoder.Synthesize(levels, clip.Samples.Length, pretrained.RefinementIterations);
            return AudioQuality.Measure(clip, new Waveform(sound, 16_000));
        }

        var report = AudioQualityReport.Of(SpokenClips.All.Select(Quality));
        var means = report.Means.ToDictionary(mean => mean.Key.Key, mean => mean.Value.Mean);

        Assert.True(means["stoi"] > stoi, $"STOI {means["stoi"]}");
        Assert.True(means["visqol"] > visqol, $"ViSQOL {means["visqol"]}");
        Assert.InRange(means["level"], -1, 1); // 0.2 and -0.2 measured
    }

    private static List<uint[]> Tokens(IDataView data) =>
        [.. data.GetColumn<VBuffer<uint>>("Tokens").Select(tokens => tokens.DenseValues().ToArray())];
}
