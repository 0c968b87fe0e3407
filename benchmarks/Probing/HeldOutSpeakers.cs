using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.LightGbm;

namespace AudioBsq.Benchmarks.Probing;

/// <summary>
/// How well a classifier tells digits apart by features of recordings: trained on all speakers but one, tried on that one, for each speaker
/// in turn.
/// </summary>
internal sealed class HeldOutSpeakers(IReadOnlyList<SpokenDigit> digits)
{
    /// <summary>Logistic regression, which starts from zero: no seed changes it.</summary>
    public static Trainer Linear { get; } = ml => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(
        new LbfgsMaximumEntropyMulticlassTrainer.Options { L1Regularization = 0, L2Regularization = 1, NumberOfThreads = 1 });

    /// <summary>Logistic regression by stochastic dual coordinate ascent.</summary>
    public static Trainer Sdca { get; } = ml => ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(
        new SdcaMaximumEntropyMulticlassTrainer.Options
        {
            L1Regularization = 0,
            L2Regularization = 0.01f,
            MaximumNumberOfIterations = 100,
            NumberOfThreads = 1,
        });

    /// <summary>Boosted trees, as small as so few recordings want them.</summary>
    public static Trainer Trees(int seed) => ml => ml.MulticlassClassification.Trainers.LightGbm(new LightGbmMulticlassTrainer.Options
    {
        NumberOfThreads = 1,
        NumberOfIterations = 80,
        NumberOfLeaves = 4,
        LearningRate = 0.1,
        MinimumExampleCountPerLeaf = 3,
        Seed = seed,
        Booster = new GradientBooster.Options { FeatureFraction = 0.1, MinimumChildWeight = 0.001 },
    });

    /// <summary>Each speaker's part of recordings that are classified correctly.</summary>
    public double[] Accuracies(float[][] features, Trainer trainer, int seed = 1) =>
        [.. digits.Select(digit => digit.Speaker).Distinct().Select(speaker => Accuracy(features, speaker, trainer, seed))];

    /// <summary>Features with the mean 0 and the deviation 1 that each has where <paramref name="trains"/> is true.</summary>
    internal static float[][] Standardized(float[][] features, bool[] trains)
    {
        float[][] known = [.. features.Where((_, i) => trains[i])];
        int size = features[0].Length;
        double[] means = [.. Enumerable.Range(0, size).Select(k => known.Average(row => (double)row[k]))];
        double[] deviations = [.. Enumerable.Range(0, size).Select(k => Math.Sqrt(known.Average(row => Square(row[k] - means[k]))))];
        return Array.ConvertAll(
            features, row => Array.ConvertAll([.. Enumerable.Range(0, size)], k => (float)((row[k] - means[k]) / (deviations[k] + 1e-9))));

        static double Square(double x) => x * x;
    }

    private double Accuracy(float[][] features, string heldOut, Trainer trainer, int seed)
    {
        bool[] trains = [.. digits.Select(digit => digit.Speaker != heldOut)];
        Row[] rows = [.. Standardized(features, trains).Select((row, i) => new Row { Features = row, Label = digits[i].Digit })];
        var ml = new MLContext(seed);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
        var classifier = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(trainer(ml))
            .Append(ml.Transforms.Conversion.MapKeyToValue("Predicted", "PredictedLabel"))
            .Fit(View(true));
        var test = View(false);
        return test.GetColumn<string>("Label").Zip(classifier.Transform(test).GetColumn<string>("Predicted"))
            .Average(row => row.First == row.Second ? 1.0 : 0);

        IDataView View(bool training) => ml.Data.LoadFromEnumerable(rows.Where((_, i) => trains[i] == training), schema);
    }

    /// <summary>Makes a trainer for the columns "Features" and "Label".</summary>
    public delegate IEstimator<ITransformer> Trainer(MLContext ml);

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
