using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>
/// A transformer that <c>mlContext.Model.Load</c> can make; a <see cref="LoadableTransformerAttribute"/> marks its assembly.
/// </summary>
internal interface ILoadableTransformer<TSelf> where TSelf : AudioTransformer
{
    /// <summary>Reads what <c>Save</c> wrote.</summary>
    static abstract TSelf Load(IHostEnvironment environment, ModelReader reader);
}
