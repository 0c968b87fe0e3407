using AudioBsq.Tests.Estimators;
using AudioBsq.Tests.Featurizers.Transforms;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Serving;

/// <summary>docs/serving.md: one model, a pool of engines, many threads.</summary>
public sealed class PredictionPoolTests : IDisposable
{
    private const int Files = 5, Threads = 16;

    private readonly MLContext _ml = new(seed: 1);
    private readonly Clips _clips = new(Files);
    private readonly AudioBsqModel _model = TokenizerChain.Model();

    public void Dispose()
    {
        _clips.Dispose();
        _model.Dispose();
    }

    [Fact, Trait("Speed", "Slow")]
    public void Pool_AnswersManyThreadsAsOne_AndLeavesTheModel()
    {
        var data = _ml.Data.LoadAudioFolder(_clips.Folder);
        using var zip = new MemoryStream();
        _ml.Model.Save(TokenizerChain.Encoding(_ml, _model, data), data.Schema, zip);
        var loaded = _ml.Model.Load(zip, out _);
        var policy = new EnginePolicy(_ml, loaded);
        var engines = new DefaultObjectPoolProvider { MaximumRetained = Threads }.Create(policy);
        uint[][] expected = [.. Enumerable.Range(0, Files).Select(Predict)];

        var threads = new ParallelOptions { MaxDegreeOfParallelism = Threads };
        Parallel.For(0, 400, threads, i => Assert.Equal(expected[i % Files], Predict(i % Files)));

        (engines as IDisposable)?.Dispose();
        using var later = policy.Create(); // the engines are gone, the model is not
        Assert.Equal(expected[1], later.Predict(new Clip { Path = _clips.PathOf(1) }).Tokens);
        loaded.DisposeAll();

        uint[] Predict(int file)
        {
            var engine = engines.Get();
            try
            {
                return engine.Predict(new Clip { Path = _clips.PathOf(file) }).Tokens;
            }
            finally
            {
                engines.Return(engine);
            }
        }
    }

    private sealed class EnginePolicy(MLContext ml, ITransformer model) : IPooledObjectPolicy<PredictionEngine<Clip, Tokenized>>
    {
        public PredictionEngine<Clip, Tokenized> Create() =>
            ml.Model.CreatePredictionEngine<Clip, Tokenized>(model, new PredictionEngineOptions { OwnsTransformer = false });

        public bool Return(PredictionEngine<Clip, Tokenized> engine) => true;
    }

    private sealed class Clip
    {
        public string Path { get; set; } = "";
    }

    private sealed class Tokenized
    {
        [KeyType(1 << 9)]
        public uint[] Tokens { get; set; } = [];
    }
}
