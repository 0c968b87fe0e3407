using AudioBsq.Native;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace AudioBsq.MLNet;

/// <summary>
/// Where a model runs: what the options say, or else what the <c>MLContext</c> says (a negative number is the CPU), or else a GPU if there
/// is one.
/// </summary>
internal static class ModelDevice
{
    /// <summary>
    /// Cursors that may run a model side by side: one on a GPU, and one where torch spreads every operation over several threads itself.
    /// </summary>
    public static int MaxCursors(torch.Device device) =>
        device.type == DeviceType.CPU && torch.get_num_threads() == 1 ? Environment.ProcessorCount : 1;

    /// <summary>The device by its full name.</summary>
    public static string Choose(IHostEnvironment environment, string? asked = null)
    {
        if (asked is not null) return TorchDevice.Resolve(asked).ToString();
        if (environment.GpuDevice() is not { } id) return TorchDevice.Resolve("auto").ToString();
        if (id < 0) return TorchDevice.Resolve("cpu").ToString();
        try
        {
            return TorchDevice.Resolve($"cuda:{id}").ToString();
        }
        catch (Exception e) when (environment.FallsBackToCpu() && e is NotSupportedException or ArgumentException)
        {
            environment.Warn("Device", $"GPU {id} was asked for and cannot be used, so the CPU is: {e.Message}");
            return "cpu";
        }
    }
}
