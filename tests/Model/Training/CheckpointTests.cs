using System.Diagnostics;
using AudioBsq.Native;
using AudioBsq.Training;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
[Trait("Speed", "Slow")]
public sealed class CheckpointTests : IDisposable
{
    private readonly string _folder = TestData.NewFolder();

    private TrainingOptions Options => Runs.Everything with { Checkpoints = new CheckpointOptions { Folder = _folder, Every = 2 } };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Train_GoesOnToTheSameWeightsWhereverItStopped()
    {
        byte[] expected = Runs.Uninterrupted;
        var random = new Random(1);
        for (int round = 0; round < 3; round++)
        {
            foreach (string file in Files()) File.Delete(file);
            for (int stop = random.Next(1, 4); stop < 12; stop += random.Next(1, 6)) Stop(stop);

            Assert.Equal(expected, Runs.Train(Options));
        }
    }

    [Fact]
    public void Train_MayGoOnWithActivationCheckpointing()
    {
        Stop(5);

        Assert.Equal(Runs.Uninterrupted, Runs.Train(Options with { ActivationCheckpointing = true }));
    }

    [Fact]
    public void Train_GoesOnToTheSameWeightsAfterAWriteThatFailed()
    {
        byte[] expected = Runs.Uninterrupted;
        foreach (int bytes in (int[])[0, 5000])
        {
            var failed = Assert.Throws<IOException>(() => Run(Options, path => new FullDisk(path, bytes)));
            Assert.Contains("No space left", failed.Message);
            Assert.Contains("Earlier checkpoints are complete", failed.Message);
            Assert.Empty(Directory.GetFiles(_folder, "*.unfinished"));
            Stop(3);
        }

        var newest = Files();
        Assert.Throws<IOException>(() => Run(Options, path => new FullDisk(path, 100_000)));

        Assert.Equal(newest, Files());
        Assert.Equal(expected, Runs.Train(Options));
    }

    [Fact]
    public void Train_GoesOnAfterAnyExceptionInsideAWrite()
    {
        Stop(5);

        Assert.Throws<InvalidTimeZoneException>(() => Run(Options, path => new FullDisk(path, 3000, new InvalidTimeZoneException())));

        Assert.Empty(Directory.GetFiles(_folder, "*.unfinished"));
        File.WriteAllText(Path.Combine(_folder, "checkpoint-00000007.safetensors.unfinished"), "what a killed process left");
        Assert.Equal(Runs.Uninterrupted, Runs.Train(Options));
        Assert.Empty(Directory.GetFiles(_folder, "*.unfinished"));
    }

    [Fact]
    public void Train_GoesOnToTheSameWeightsAfterItsProcessWasKilled()
    {
        var start = new ProcessStartInfo(DotnetHost.Path)
        {
            ArgumentList = { typeof(CheckpointTests).Assembly.Location, "train", _folder },
            RedirectStandardOutput = true,
        };
        using (var process = Process.Start(start)!)
        {
            while (process.StandardOutput.ReadLine() is { } line && line != "7")
            {
            }

            process.Kill();
            process.WaitForExit();
            Assert.NotEqual(0, process.ExitCode);
        }

        Assert.NotEmpty(Files());
        var notes = new List<string>();
        Assert.Equal(Runs.Uninterrupted, Runs.Train(Options, report: progress => notes.AddRange(progress.Notes)));
        Assert.Contains("goes on after step", Assert.Single(notes));
    }

    /// <summary>What the process does that is killed.</summary>
    internal static void TrainToBeKilled(string folder) => Runs.Train(
        Runs.Everything with { ReportEvery = 1, Checkpoints = new CheckpointOptions { Folder = folder, Every = 2 } },
        report: progress =>
        {
            Console.WriteLine(progress.Step);
            if (progress.Step == 7) Thread.Sleep(Timeout.Infinite);
        });

    [Theory]
    [InlineData("short"), InlineData("flipped"), InlineData("empty")]
    public void Train_LeavesADamagedCheckpointOut(string damage)
    {
        byte[] expected = Runs.Uninterrupted;
        Stop(9);
        byte[] bytes = File.ReadAllBytes(Files()[^1]);
        if (damage == "flipped") bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(Files()[^1], damage switch { "short" => bytes[..^1], "empty" => [], _ => bytes });
        var notes = new List<string>();

        byte[] weights = Runs.Train(Options, report: progress => notes.AddRange(progress.Notes));

        Assert.Equal(expected, weights);
        Assert.Contains("A damaged checkpoint is left out", notes[0]);
        Assert.Contains("goes on after step 6", notes[1]);
    }

    [Fact]
    public void Train_RefusesAFolderWhereEachCheckpointIsDamaged()
    {
        Stop(5);
        foreach (string file in Files()) File.WriteAllText(file, "nothing");

        Assert.Contains("None of the 2", Assert.Throws<InvalidDataException>(() => Runs.Train(Options)).Message);
    }

    [Fact]
    public void Train_RefusesAnotherRunsFolder()
    {
        Stop(5);

        var otherOptions = Options with { LearningRate = 1e-4 };
        string refusal = Assert.Throws<InvalidOperationException>(() => Runs.Train(otherOptions)).Message;
        Assert.Contains($"other options: LearningRate = {Options.LearningRate}, and not LearningRate = 0.0001. ", refusal);
        Assert.Contains("another model", Assert.Throws<InvalidOperationException>(() => Runs.Train(Options, Small.Options)).Message);
        var otherData = TrainingData.Of(Small.Mels(99, 40), Runs.Clips);
        Assert.Contains("other data", Assert.Throws<InvalidOperationException>(() => Runs.Train(Options, data: otherData)).Message);
        var fresh = Options with { Checkpoints = Options.Checkpoints! with { Resume = false } };
        Assert.Contains("step 4", Assert.Throws<InvalidOperationException>(() => Runs.Train(fresh)).Message);
    }

    [Fact]
    public void Train_CanGoOnFromAFileElsewhere()
    {
        byte[] expected = Runs.Train(Options with { Checkpoints = Options.Checkpoints! with { KeepLast = 100 } });
        string elsewhere = TestData.NewFolder();
        var options = Options with { Checkpoints = new CheckpointOptions { Folder = elsewhere, ResumeFrom = Files()[1] } };

        Assert.Equal(expected, Runs.Train(options));
        Directory.Delete(elsewhere, recursive: true);
    }

    [Fact]
    public void Train_KeepsTheLastAndEveryNthCheckpoint()
    {
        Runs.Train(Runs.Options with { Checkpoints = new CheckpointOptions { Folder = _folder, Every = 1, KeepLast = 2, KeepEvery = 5 } });

        Assert.Equal(["05", "10", "11", "12"], Files().Select(file => Path.GetFileNameWithoutExtension(file)[^2..]));
    }

    [Fact]
    public void Train_OfAFinishedRunGivesItsModelAtOnce()
    {
        byte[] expected = Runs.Train(Options);

        Assert.Equal(expected, Runs.Train(Options, data: TrainingData.Of([Runs.Clips[0]], [])));
    }

    [Fact]
    public void Train_StopsEarlyAtTheSamePlaceWhenResumed()
    {
        // Learning that all is loud can only take the model away from silence: the first validation is the best one, on any processor.
        var data = TrainingData.Of(Constant(0, 40, 64), Constant(-80, 64));
        var options = Runs.Options with { MaxSteps = 40, LearningRate = 0.01, ValidateEvery = 2, Patience = 2 };
        var resumable = options with { Checkpoints = new CheckpointOptions { Folder = _folder, Every = 1 } };
        var errors = new List<double>();
        int last = 0, lastResumed = 0;
        byte[] expected = Runs.Train(options, data: data, report: Watch);
        Assert.Equal(6, last);
        Assert.All(errors.Zip(errors.Skip(1)), pair =>
            Assert.True(pair.Second > pair.First + 0.1, $"{pair.First} dB, then {pair.Second} dB"));

        StopAt(resumable, 3, data);

        Assert.Equal(expected, Runs.Train(resumable, data: data, report: progress => lastResumed = progress.Step));
        Assert.Equal(last, lastResumed);
        Assert.Equal(expected, Runs.Train(resumable, data: data)); // it has nothing to do

        void Watch(TrainingProgress progress)
        {
            last = progress.Step;
            if (progress.Validation is { } validation) errors.Add(validation.MeanAbsoluteError);
        }
    }

    private string[] Files() => [.. Directory.GetFiles(_folder, "*.safetensors").Order(StringComparer.Ordinal)];

    private void Stop(int step) => StopAt(Options, step);

    private static float[][] Constant(float level, params int[] frames) =>
        [.. frames.Select(count => Enumerable.Repeat(level, count * Small.Mel.Bands).ToArray())];

    private static void StopAt(TrainingOptions options, int step, TrainingData? data = null)
    {
        using var source = new CancellationTokenSource();
        void Cancel(TrainingProgress progress)
        {
            if (progress.Step >= step) source.Cancel();
        }

        Assert.ThrowsAny<OperationCanceledException>(
            () => Runs.Train(options with { ReportEvery = 1 }, report: Cancel, data: data, cancellation: source.Token));
    }

    private static void Run(TrainingOptions options, Func<string, Stream> create)
    {
        using var model = AudioBsqModel.Create(Runs.Model, Small.Mel, options.Seed, "cpu");
        using var generator = new SeededGenerator(options.Seed);
        using var run = new TokenizerTraining(model.Content, Small.Mel, options, Runs.Data, null) { CreateFile = create };
        run.Run(default);
    }

    /// <summary>A file on a disk with room for some bytes.</summary>
    private sealed class FullDisk(string path, long room, Exception? failure = null) : FileStream(path, FileMode.Create)
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Position + buffer.Length > room) throw failure ?? new IOException("No space left on device.");
            base.Write(buffer);
        }
    }
}
