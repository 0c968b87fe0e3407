using Microsoft.ML;

namespace AudioBsq.Tests.Estimators;

/// <summary>Tensors are counted by thread, and here one thread frees another's: so nothing is counted.</summary>
public class ConcurrentDisposalTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<MelRow> _rows = MelData.Rows(6, 20, 33, 5, 40, 8, 8, 8);

    [Fact]
    [Trait("Speed", "Slow")]
    public void Disposal_OnAnotherThread_CutsNoBatchOff()
    {
        for (int round = 0; round < 20; round++)
        {
            var tokenizer = DisposalTests.Trained(_ml, _rows, batchSize: 1, steps: 1);
            var view = tokenizer.Transform(_ml.View(_rows));
            Exception? unexpected = null;
            using var begun = new ManualResetEventSlim();
            var reader = new Thread(() =>
            {
                try
                {
                    for (int i = 0; i < 1000; i++)
                    {
                        begun.Set();
                        _ml.Tokens(view);
                    }

                    unexpected = new InvalidOperationException("It never ended.");
                }
                catch (ObjectDisposedException)
                {
                }
                catch (Exception error)
                {
                    unexpected = error;
                }
            });

            reader.Start();
            begun.Wait();
            for (int i = 0; i < round; i++) Thread.Yield();
            tokenizer.Dispose();
            reader.Join();

            Assert.Null(unexpected);
        }
    }
}
