using TorchSharp.Modules;

namespace AudioBsq.Training;

/// <summary>The gradients of weights.</summary>
internal static class Gradients
{
    /// <summary>All weights of what a pass trains.</summary>
    public static IEnumerable<Parameter> Parameters(this IGradientPass pass) => pass.Modules.SelectMany(module => module.parameters());

    /// <summary>Forgets gradients, and returns their memory.</summary>
    public static void ClearGradients(this IEnumerable<Parameter> parameters)
    {
        foreach (var parameter in parameters)
        {
            using var gradient = parameter.grad;
            if (gradient is not null) parameter.grad = null;
        }
    }
}
