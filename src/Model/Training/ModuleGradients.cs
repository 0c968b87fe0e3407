using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>The gradients of a module's weights.</summary>
internal static class ModuleGradients
{
    /// <summary>Forgets them, and returns their memory.</summary>
    public static void ClearGradients(this nn.Module module)
    {
        foreach (var parameter in module.parameters())
        {
            using var gradient = parameter.grad;
            if (gradient is not null) parameter.grad = null;
        }
    }
}
