using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Interop;

/// <summary>The batching view among ML.NET's own transforms.</summary>
[WithoutTorch]
public class PipelineTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory, InlineData(1), InlineData(8)]
    public void Cache_KeepsEveryColumnAndRunsOnce(int batchSize)
    {
        var toy = _ml.Toy(batchSize);
        var cached = _ml.Data.Cache(toy.Transform(_ml.View(30)));

        ToyData.AssertDoubled(_ml.Results(cached), Enumerable.Range(0, 30));
        ToyData.AssertDoubled(_ml.Results(cached), Enumerable.Range(0, 30));

        Assert.Equal(30, toy.Runs.Sum());
    }

    [Theory, InlineData(1), InlineData(8)]
    public void ShuffleRows_GivesEveryRowOnce(int batchSize)
    {
        var shuffled = _ml.Data.ShuffleRows(_ml.Toy(batchSize).Transform(_ml.View(60)), seed: 5);

        var results = _ml.Results(shuffled).ToList();

        Assert.NotEqual(Enumerable.Range(0, 60), results.Select(row => row.Number));
        ToyData.AssertDoubled(results.OrderBy(row => row.Number), Enumerable.Range(0, 60));
    }

    [Theory, InlineData(1), InlineData(8)]
    public void ShuffledInput_IsFollowed(int batchSize)
    {
        var input = _ml.Data.ShuffleRows(_ml.View(60), seed: 5);
        var order = input.GetColumn<int>("Number").ToList();

        var results = _ml.Results(_ml.Toy(batchSize).Transform(input)).ToList();

        Assert.Equal(Enumerable.Range(0, 60), results.Select(row => row.Number).Order());
        Assert.Equal(60, order.Count);
        ToyData.AssertDoubled(results.OrderBy(row => row.Number), Enumerable.Range(0, 60));
    }

    [Theory, InlineData(1), InlineData(8)]
    public void TakeSkipAndPreview_GiveTheRightRows(int batchSize)
    {
        var output = _ml.Toy(batchSize).Transform(_ml.View(20));

        ToyData.AssertDoubled(_ml.Results(_ml.Data.TakeRows(output, 3)), [0, 1, 2]);
        ToyData.AssertDoubled(_ml.Results(_ml.Data.SkipRows(output, 17)), [17, 18, 19]);
        var preview = output.Preview(maxRows: 5);
        Assert.Equal(5, preview.RowView.Length);
        Assert.Equal(["Number", "Name", "X", "Y"], preview.Schema.Select(column => column.Name));
    }

    [Theory, InlineData(1), InlineData(8)]
    public void FilterSelectAndDrop_Work(int batchSize)
    {
        var toy = _ml.Toy(batchSize);
        var output = toy.Transform(_ml.View(20));

        var filtered = _ml.Data.FilterByCustomPredicate<ToyRow>(output, row => row.Number % 2 == 1);
        var selected = _ml.Transforms.SelectColumns("Y", "Number", "Name").Fit(output).Transform(output);
        var dropped = _ml.Transforms.DropColumns("X").Fit(output).Transform(output);

        ToyData.AssertDoubled(_ml.Results(filtered), Enumerable.Range(0, 10).Select(i => 2 * i));
        ToyData.AssertDoubled(_ml.Results(selected), Enumerable.Range(0, 20));
        ToyData.AssertDoubled(_ml.Results(dropped), Enumerable.Range(0, 20));
        Assert.Equal(["Number", "Name", "Y"], dropped.Schema.Select(column => column.Name));
    }

    [Fact]
    public void OutputMayReplaceItsInput()
    {
        var toy = _ml.Toy(batchSize: 4, output: "X");

        var firsts = toy.Transform(_ml.View(5)).GetColumn<float[]>("X").Select(x => x[0]);

        Assert.Equal([200, 202, 204, 206, 208], firsts);
    }

    [Fact]
    public void Chain_OfTwo_ComputesBoth()
    {
        var chain = new TransformerChain<ITransformer>(_ml.Toy(4, output: "Y"), _ml.Toy(8, factor: 0.5f, input: "Y", output: "Z"));

        var firsts = chain.Transform(_ml.View(20)).GetColumn<float[]>("Z").Select(z => z[0]);

        Assert.Equal(Enumerable.Range(100, 20).Select(i => (float)i), firsts);
    }

    [Theory, InlineData(1), InlineData(8)]
    public void PredictionEngine_PredictsRowByRow(int batchSize)
    {
        var chain = _ml.Transforms.CopyColumns("Copy", "X")
            .Append(new ToyEstimator(_ml, new(new(2)), "Middle", "Copy", new() { BatchSize = batchSize })).Fit(_ml.View(1))
            .Append(_ml.Toy(batchSize, factor: 1, input: "Middle"));

        using var engine = _ml.Model.CreatePredictionEngine<ToyRow, ToyResult>(chain);

        ToyData.AssertDoubled(ToyData.Rows(10).Select(engine.Predict), Enumerable.Range(0, 10));
    }

    [Fact]
    public void PredictionEngine_GoesOn_AfterABadRow()
    {
        using var engine = _ml.Model.CreatePredictionEngine<ToyRow, ToyResult>(_ml.Toy(4));

        Assert.Equal(4, engine.Predict(new ToyRow { X = [2] }).Y.Single());
        Assert.Throws<InvalidDataException>(() => engine.Predict(new ToyRow { X = [13] }));
        Assert.Equal(6, engine.Predict(new ToyRow { X = [3] }).Y.Single());
    }

    [Fact]
    public void Estimator_PromisesWhatTheTransformerGives()
    {
        var data = _ml.View(3);
        var estimator = new ToyEstimator(_ml, new(new(2)), "Y", "X", new());

        var promised = estimator.GetOutputSchema(SchemaShape.Create(data.Schema));
        var given = SchemaShape.Create(estimator.Fit(data).GetOutputSchema(data.Schema));

        Assert.Equal(
            given.Select(column => (column.Name, column.Kind, column.ItemType)),
            promised.Select(column => (column.Name, column.Kind, column.ItemType)));
    }

    [Fact]
    public void CrossValidation_SplitsAndFitsInAChainWithCache()
    {
        var pipeline = _ml.Transforms.CopyColumns("Copy", "X")
            .AppendCacheCheckpoint(_ml)
            .Append(new ToyEstimator(_ml, new(new(2)), "Y", "X", new() { BatchSize = 4 }));

        foreach (var split in _ml.Data.CrossValidationSplit(_ml.View(30), numberOfFolds: 3))
        {
            var results = _ml.Results(pipeline.Fit(split.TrainSet).Transform(split.TestSet)).ToList();
            ToyData.AssertDoubled(results, results.Select(row => row.Number));
        }
    }
}
