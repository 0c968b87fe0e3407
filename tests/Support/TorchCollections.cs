using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: CollectionBehavior("AudioBsq.Tests.TorchCollections", "AudioBsq.MLNet.Tests")]

namespace AudioBsq.Tests;

/// <summary>
/// Which tests run one after another: all of the classes that may use torch, whose one global random generator seeded tests need for
/// themselves. Classes that are marked with <see cref="WithoutTorchAttribute"/> run beside them and beside each other.
/// </summary>
public sealed class TorchCollections(ITestAssembly assembly, IMessageSink messages) : IXunitTestCollectionFactory
{
    private readonly CollectionPerAssemblyTestCollectionFactory _together = new(assembly, messages);
    private readonly CollectionPerClassTestCollectionFactory _apart = new(assembly, messages);

    /// <inheritdoc/>
    public string DisplayName => "classes with torch in one collection";

    /// <inheritdoc/>
    public ITestCollection Get(ITypeInfo testClass) =>
        testClass.GetCustomAttributes(typeof(WithoutTorchAttribute)).Any() ? _apart.Get(testClass) : _together.Get(testClass);
}
