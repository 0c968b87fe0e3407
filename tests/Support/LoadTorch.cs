using System.Runtime.CompilerServices;
using AudioBsq.Native;

namespace AudioBsq.Tests;

/// <summary>Tests use torch directly, also before anything of this project: it is loaded the project's way beforehand.</summary>
internal static class LoadTorch
{
    [ModuleInitializer]
    internal static void Load()
    {
        bool doesWithout = Environment.GetCommandLineArgs() is [_, TorchUse.Task or OnnxRuntime.OnnxPipelineTests.Task, ..];
        if (!doesWithout) TorchLibrary.EnsureLoaded();
    }
}
