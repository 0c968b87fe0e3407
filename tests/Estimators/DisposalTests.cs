using System.Runtime.CompilerServices;
using AudioBsq.MLNet;
using AudioBsq.Tests.Featurizers.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>Weights live until their last owner is disposed, and what is used afterwards says so.</summary>
[NoTensorLeaks]
public class DisposalTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<MelRow> _rows = MelData.Rows(6, 20, 33, 5, 40, 8, 8, 8);

    [Fact]
    public void DisposedTokenizer_RefusesEverything()
    {
        using var model = MelData.Model();
        var tokenizer = _ml.Tokenizer(model);
        tokenizer.Dispose();
        tokenizer.Dispose();

        Assert.Throws<ObjectDisposedException>(() => tokenizer.Model);
        Assert.Throws<ObjectDisposedException>(() => tokenizer.Transform(_ml.View(_rows)));
        Assert.Throws<ObjectDisposedException>(() => tokenizer.GetOutputSchema(_ml.View(_rows).Schema));
        Assert.Throws<ObjectDisposedException>(() => tokenizer.CreateReconstructor("Reconstructed"));
        Assert.Throws<ObjectDisposedException>(() => tokenizer.WithBatchSize(2));
        Assert.Throws<ObjectDisposedException>(() => _ml.Model.Save(tokenizer, _ml.View(_rows).Schema, new MemoryStream()));
        Assert.NotEmpty(model.Encode(_rows[0].Mel)); // it was given, and stays the caller's
    }

    [Fact]
    public void TrainedModel_EndsWithItsLastOwner()
    {
        var tokenizer = Trained();
        var model = tokenizer.Model;
        var reconstructor = tokenizer.CreateReconstructor("Reconstructed");
        var tokens = _ml.Data.Cache(tokenizer.Transform(_ml.View(_rows)));
        int[] expected = [.. _ml.Tokens(tokens).Select(row => row.Tokens.Length * 2 * 16)]; // 2 tokens hold 4 frames

        tokenizer.Dispose();
        Assert.Same(model, reconstructor.Model);
        Assert.Equal(expected, _ml.Tokens(reconstructor.Transform(tokens)).Select(row => row.Reconstructed.Length));
        reconstructor.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Encode(_rows[0].Mel));
        Assert.Throws<ObjectDisposedException>(() => model.Decode(new int[2]));
        Assert.Throws<ObjectDisposedException>(() => model.Evaluate([_rows[0].Mel]));
        Assert.Throws<ObjectDisposedException>(() => reconstructor.Transform(tokens));
        model.Dispose();
    }

    [Fact]
    public void DisposedModel_OverwritesNoFile()
    {
        string path = Path.Combine(TestData.NewFolder(), "model.safetensors");
        File.WriteAllText(path, "kept");
        var model = MelData.Model();
        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Save(path));

        Assert.Equal("kept", File.ReadAllText(path));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Theory, InlineData(1), InlineData(4)]
    public void View_ReadAfterDisposal_Throws(int batchSize)
    {
        var tokenizer = Trained(batchSize);
        var reconstructor = tokenizer.CreateReconstructor("Reconstructed");
        var view = reconstructor.Transform(tokenizer.Transform(_ml.View(_rows)));

        tokenizer.Dispose();

        Assert.Throws<ObjectDisposedException>(() => _ml.Tokens(view));
        Assert.Equal(_rows.Select(row => row.Name), view.GetColumn<string>("Name"));
        reconstructor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _ml.Tokens(view));
    }

    [Fact]
    public void View_DisposedWhileItIsRead_Throws()
    {
        var tokenizer = Trained(batchSize: 2);
        var view = tokenizer.Transform(_ml.View(_rows));
        using var cursor = view.GetRowCursor(view.Schema);
        var getter = cursor.GetGetter<VBuffer<uint>>(view.Schema["Tokens"]);
        VBuffer<uint> keys = default;

        Assert.True(cursor.MoveNext());
        tokenizer.Dispose();
        getter(ref keys);

        Assert.Equal(10, keys.Length); // computed before
        Assert.Throws<ObjectDisposedException>(() => cursor.MoveNext());
    }

    [Fact]
    public void Engine_TakesTheWholeChainWithIt()
    {
        using var clips = new Clips(3);
        using var model = TokenizerChain.Model();
        var data = _ml.Data.LoadAudioFolder(clips.Folder);
        var chain = TokenizerChain.Whole(_ml, model, data);
        var rows = _ml.Data.CreateEnumerable<Sound>(chain.Transform(data), reuseRowObject: false, ignoreMissingColumns: true).ToList();

        var engine = _ml.Model.CreatePredictionEngine<PathRow, Sound>(chain);
        foreach (int i in new[] { 2, 0, 1, 0 })
        {
            var sound = engine.Predict(new PathRow { Path = clips.PathOf(i) });
            Assert.Equal(rows[i].Tokens, sound.Tokens);
            Assert.Equal(rows[i].Reconstructed, sound.Reconstructed);
            Assert.Equal(rows[i].Synthesized, sound.Synthesized);
            Assert.Equal(800 * (i + 1), sound.Synthesized.Length);
        }

        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => chain.Transform(data));
        Assert.ThrowsAny<ObjectDisposedException>(() => engine.Predict(new PathRow { Path = clips.PathOf(0) }));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Engines_AreDisposedInAnyOrder(bool firstFirst)
    {
        var tokenizer = Trained();
        var model = tokenizer.Model;
        var (first, second) = (Engine(tokenizer), Engine(tokenizer));
        var (gone, left) = firstFirst ? (first, second) : (second, first);

        gone.Dispose();
        gone.Dispose();
        var third = Engine(tokenizer);
        third.Dispose();

        Assert.Equal(10, left.Predict(_rows[0]).Tokens.Length);
        Assert.Equal(10, _ml.Tokens(tokenizer.Transform(_ml.View(_rows)))[0].Tokens.Length);
        left.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Encode(_rows[0].Mel));
        Action[] uses = [() => left.Predict(_rows[0]), () => Engine(tokenizer), () => tokenizer.Transform(_ml.View(_rows))];
        Assert.All(uses, use => Assert.Contains("OwnsTransformer = false", Assert.ThrowsAny<ObjectDisposedException>(use).Message));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Engines_OfAChain_AreDisposedInAnyOrder(bool firstFirst)
    {
        using var clips = new Clips(2);
        using var model = TokenizerChain.Model();
        var data = _ml.Data.LoadAudioFolder(clips.Folder);
        var chain = TokenizerChain.Whole(_ml, model, data);
        var engines = new[] { 0, 1 }.Select(_ => _ml.Model.CreatePredictionEngine<PathRow, Sound>(chain)).ToList();
        if (!firstFirst) engines.Reverse();
        var row = new PathRow { Path = clips.PathOf(1) };
        uint[] tokens = engines[0].Predict(row).Tokens;

        engines[0].Dispose();

        Assert.Equal(tokens, engines[1].Predict(row).Tokens);
        engines[1].Dispose();
    }

    [Fact]
    public void Transformer_IsFreed_WhereItsEnginesAreGone()
    {
        var tokenizer = Trained();
        var model = tokenizer.Model;
        for (int i = 0; i < 3; i++) MakeAndForget(tokenizer);
        GC.Collect();
        GC.WaitForPendingFinalizers();

        tokenizer.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Encode(_rows[0].Mel));
    }

    [Fact]
    public void Engine_CanLeaveTheModel()
    {
        using var tokenizer = Trained();
        var options = new PredictionEngineOptions { OwnsTransformer = false };
        using (var engine = _ml.Model.CreatePredictionEngine<MelRow, TokenRow>(tokenizer, options))
        {
            Assert.Equal(10, engine.Predict(_rows[0]).Tokens.Length);
        }

        Assert.Equal(10, _ml.Tokens(tokenizer.Transform(_ml.View(_rows)))[0].Tokens.Length);
    }

    [Fact]
    public void LoadedTransformers_ShareOneModel_UntilBothAreDisposed()
    {
        var loaded = ((TransformerChain<ITransformer>)_ml.Model.Load(CommittedZipTests.Fixture, out _)).ToList();
        var (tokenizer, reconstructor) = ((AudioTokenizerTransformer)loaded[0], (AudioReconstructionTransformer)loaded[1]);
        var tokens = _ml.Data.Cache(tokenizer.Transform(_ml.View(_rows)));
        _ = _ml.Tokens(tokens);
        var model = reconstructor.Model;

        tokenizer.Dispose();
        Assert.Equal(
            _rows.Select(row => row.Mel.Length), _ml.Tokens(reconstructor.Transform(tokens)).Select(row => row.Reconstructed.Length));
        reconstructor.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Decode(new int[2]));
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // no local of this test keeps the engine
    private void MakeAndForget(AudioTokenizerTransformer tokenizer) =>
        _ = _ml.Model.CreatePredictionEngine<MelRow, TokenRow>(tokenizer, new PredictionEngineOptions { OwnsTransformer = false });

    private PredictionEngine<MelRow, TokenRow> Engine(AudioTokenizerTransformer tokenizer) =>
        _ml.Model.CreatePredictionEngine<MelRow, TokenRow>(tokenizer);

    private AudioTokenizerTransformer Trained(int batchSize = 16) => Trained(_ml, _rows, batchSize, steps: 2);

    internal static AudioTokenizerTransformer Trained(MLContext ml, List<MelRow> rows, int batchSize, int steps)
    {
        var options = new AudioTokenizerOptions
        {
            Model = Small.Options,
            Mel = Small.Mel,
            Training = new() { MaxSteps = steps, BatchSize = 2 },
            Device = "cpu",
            BatchSize = batchSize,
        };
        return ml.Transforms.TokenizeAudio("Tokens", "Mel", options).Fit(ml.View(rows));
    }

    /// <summary>What the chain reads.</summary>
    public sealed class PathRow
    {
        public string Path { get; set; } = "";
    }

    /// <summary>What it gives.</summary>
    public sealed class Sound
    {
        public uint[] Tokens { get; set; } = [];

        public float[] Reconstructed { get; set; } = [];

        public float[] Synthesized { get; set; } = [];
    }
}
