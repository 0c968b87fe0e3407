using AudioBsq.Native;
using AudioBsq.Onnx;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>
/// Where a model runs: what the options say, or else what the <c>MLContext</c> says (a negative number is the CPU), or else a GPU if there
/// is one.
/// </summary>
internal static class ModelDevice
{
    /// <summary>The device of a trained model, by its full name.</summary>
    public static string Choose(IHostEnvironment environment, string? asked = null) =>
        Choose(environment, asked, InferenceDevice.Resolve);

    /// <summary>The same for training, which needs torch.</summary>
    public static string ChooseForTraining(IHostEnvironment environment, string? asked) =>
        Choose(environment, asked, device => TorchDevice.Resolve(device).ToString());

    private static string Choose(IHostEnvironment environment, string? asked, Func<string, string> resolve)
    {
        if (asked is not null) return resolve(asked);
        if (environment.GpuDevice() is not { } id) return resolve("auto");
        if (id < 0) return resolve("cpu");
        try
        {
            return resolve($"cuda:{id}");
        }
        catch (Exception e) when (environment.FallsBackToCpu() && e is NotSupportedException or ArgumentException)
        {
            environment.Warn("Device", $"GPU {id} was asked for and cannot be used, so the CPU is: {e.Message}");
            return "cpu";
        }
    }
}
