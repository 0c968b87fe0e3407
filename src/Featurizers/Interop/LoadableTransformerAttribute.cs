using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>
/// Marks an assembly with a transformer that ML.NET can load. A model file names the assembly and the loader; ML.NET looks through that
/// assembly's attributes for the loader's name, and calls <c>Create</c> of the class that the attribute gives.
/// </summary>
/// <param name="transformer">An <see cref="ILoadableTransformer{TSelf}"/>.</param>
/// <param name="signature">Exactly 8 ASCII characters that begin the saved form.</param>
/// <param name="loader">The loader's name, at most 24 ASCII characters.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class LoadableTransformerAttribute(Type transformer, string signature, string loader)
    : LoadableClassAttributeBase(
        "", transformer, typeof(Loader<>).MakeGenericType(transformer), null, [typeof(SignatureLoadModel)], "", loader)
{
    public ModelFormat Format => new(signature, loader, InstanceType);

    private static class Loader<T> where T : AudioTransformer, ILoadableTransformer<T>
    {
        public static T Create(IHostEnvironment environment, ModelLoadContext context) =>
            T.Load(environment, new ModelReader(context, ModelFormat.Of(typeof(T))));
    }
}
