using AudioBsq.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>A file from the first version of the format keeps loading, with the tokens it was saved with.</summary>
[NoTensorLeaks]
public class CommittedZipTests
{
    /// <summary>A tokenizer, with a frame count column, and its reconstructor.</summary>
    internal static readonly string Fixture = TestData.PathOf("zips", "tokenizer.zip");

    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void CommittedZip_StillGivesItsTokens()
    {
        if (!File.Exists(Fixture))
        {
            Assert.Fail(
                $"'{Fixture}' was missing and has been written: say in the change log what old files need, put these tokens into the "
                + $"test and commit it: {Write()}");
        }

        var loaded = new MLContext().Model.Load(Fixture, out _);

        Assert.InRange(new FileInfo(Fixture).Length, 1, 60_000);
        var row = Assert.Single(_ml.Tokens(loaded.Transform(_ml.View(Rows))));
        Assert.Equal(Keys, row.Tokens);
        Assert.Equal(38, row.Frames);
        Assert.Equal(38 * 16, row.Reconstructed.Length);
        Assert.Equal(MeanLevel, row.Reconstructed.Average(), 3);
        loaded.DisposeAll();
    }

    internal static readonly uint[] Keys =
    [
        511, 351, 198, 70, 436, 512, 479, 79, 194, 98, 444, 383, 207, 79, 226, 372, 447, 383, 40, 296,
    ];

    private const double MeanLevel = -41.67632;

    internal static List<MelRow> Rows => MelData.Rows(77, 38);

    // The seed is one whose latents are all so far from zero that no rounding of another processor turns a bit.
    private string Write()
    {
        var options =
            Small.Options with { WindowFrames = 16, Encoder = new NetworkOptions { Width = 16, Layers = 1, Heads = 2, HeadWidth = 16 } };
        for (int seed = 1; ; seed++)
        {
            using var model = AudioBsqModel.Create(options, Small.Mel, seed, "cpu");
            int[] tokens = model.Encode(Rows[0].Mel);
            var random = new Random(1);
            bool firm = Enumerable.Range(0, 100)
                .All(_ => model.Encode(
                    Rows[0].Mel.Select(level => level + 0.02f * (random.NextSingle() - 0.5f)).ToArray()).SequenceEqual(tokens));
            if (!firm) continue;
            using var tokenizer = _ml.Tokenizer(model);
            using var reconstructor = tokenizer.CreateReconstructor("Reconstructed", frameCountColumnName: "Frames");
            var chain = new TransformerChain<ITransformer>(tokenizer, reconstructor);
            _ml.Model.Save(chain, _ml.View(Rows).Schema, Fixture);
            var row = _ml.Tokens(chain.Transform(_ml.View(Rows)))[0];
            return FormattableString.Invariant($"{string.Join(", ", row.Tokens)}; mean level {row.Reconstructed.Average():R}");
        }
    }
}
