using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace AudioBsq.Benchmarks.Probing;

/// <summary>
/// How well a linear classifier tells digits apart by features of recordings: trained on all speakers but one, tried on that one, for each
/// speaker in turn.
/// </summary>
internal sealed class LinearProbe(IReadOnlyList<SpokenDigit> digits)
{
    /// <summary>Each speaker's part of recordings that are classified correctly.</summary>
    public double[] Accuracies(float[][] features) =>
        [.. digits.Select(digit => digit.Speaker).Distinct().Select(speaker => Accuracy(features, speaker))];

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

    private double Accuracy(float[][] features, string heldOut)
    {
        bool[] trains = [.. digits.Select(digit => digit.Speaker != heldOut)];
        Row[] rows = [.. Standardized(features, trains).Select((row, i) => new Row { Features = row, Label = digits[i].Digit })];
        var ml = new MLContext(seed: 1);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
        var options = new LbfgsMaximumEntropyMulticlassTrainer.Options { L1Regularization = 0, L2Regularization = 1, NumberOfThreads = 1 };
        var classifier = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("Predicted", "PredictedLabel"))
            .Fit(View(true));
        var test = View(false);
        return test.GetColumn<string>("Label").Zip(classifier.Transform(test).GetColumn<string>("Predicted"))
            .Average(row => row.First == row.Second ? 1.0 : 0);

        IDataView View(bool training) => ml.Data.LoadFromEnumerable(rows.Where((_, i) => trains[i] == training), schema);
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
