using System.Reflection;
using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>
/// How the saved form of a transformer is marked. ML.NET finds the loader by assembly and <see cref="Loader"/>, without registration.
/// </summary>
internal sealed class ModelFormat
{
    private const uint Version = 0x00010001;

    /// <param name="signature">Exactly 8 ASCII characters that begin the saved form.</param>
    /// <param name="loader">At most 24 ASCII characters.</param>
    /// <param name="type">The transformer, whose assembly is named in the file.</param>
    public ModelFormat(string signature, string loader, Type type)
    {
        Check.That(signature.Length == 8 && signature.All(char.IsAscii), signature, "must be exactly 8 ASCII characters");
        Check.That(loader.Length is > 0 and <= 24 && loader.All(char.IsAscii), loader, "must be 1 to 24 ASCII characters");
        (Signature, Loader, Type) = (signature, loader, type);
    }

    public string Signature { get; }

    public string Loader { get; }

    public Type Type { get; }

    /// <summary>The format of a transformer, as its assembly's <see cref="LoadableTransformerAttribute"/> gives it.</summary>
    public static ModelFormat Of(Type transformer) =>
        transformer.Assembly.GetCustomAttributes<LoadableTransformerAttribute>().Single(mark => mark.InstanceType == transformer).Format;

    public VersionInfo ToVersionInfo() =>
        new(Signature, Version, Version, Version, loaderAssemblyName: Type.Assembly.FullName, loaderSignature: Loader);
}
