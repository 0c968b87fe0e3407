using System.Reflection;
using TorchSharp;
using Xunit.Sdk;

namespace AudioBsq.Tests;

/// <summary>
/// Lets a class of tests run beside all others. Classes without this run one after another: libtorch has one global random generator.
/// A test that makes a tensor on its thread nevertheless fails.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class WithoutTorchAttribute : BeforeAfterTestAttribute
{
    private int _thread;
    private long _created;

    private static long Created =>
        DisposeScopeManager.Statistics.CreatedInScopeCount + DisposeScopeManager.Statistics.CreatedOutsideScopeCount;

    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest) => (_thread, _created) = (Environment.CurrentManagedThreadId, Created);

    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest)
    {
        if (Environment.CurrentManagedThreadId == _thread) Assert.Equal(_created, Created); // an asynchronous test may end on another one
    }
}
