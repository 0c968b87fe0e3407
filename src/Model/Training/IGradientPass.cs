using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>What computes the gradients of a step.</summary>
internal interface IGradientPass : IDisposable
{
    /// <summary>What has weights that are trained, in the same order in each pass.</summary>
    IEnumerable<nn.Module> Modules { get; }
}
