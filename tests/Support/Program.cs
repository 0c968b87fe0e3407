namespace AudioBsq.Tests;

/// <summary>What tests run in a process of its own: <c>dotnet AudioBsq.MLNet.Tests.dll TASK ARGUMENTS</c>.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        switch (args)
        {
            case ["predict", var model, var folder]:
                Featurizers.FreshProcess.Predict(model, folder);
                return 0;
            case ["tokens", var model, var folder]:
                Estimators.FreshTokens.Print(model, folder);
                return 0;
            case [OnnxRuntime.OnnxPipelineTests.Task, var model, var folder]:
                return OnnxRuntime.OnnxPipelineTests.PrintTokens(model, folder);
            case ["train", var folder]:
                Model.Training.CheckpointTests.TrainToBeKilled(folder);
                return 0;
            case [TorchUse.Task, var command, var argument]:
                TorchUse.Print(command, argument);
                return 0;
            case ["metric", var mode, var reference, var degraded]:
                return Cli.Evaluation.MetricTask.Run(mode, reference, degraded);
            default:
                Console.Error.WriteLine("This is a test project: use dotnet test.");
                return 2;
        }
    }
}
