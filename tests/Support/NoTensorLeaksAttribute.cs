using System.Reflection;
using TorchSharp;
using Xunit.Sdk;

namespace AudioBsq.Tests;

/// <summary>Fails a synchronous test that leaves native tensors alive on its thread.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class NoTensorLeaksAttribute : BeforeAfterTestAttribute
{
    private static ThreadDisposeScopeStatistics Tensors => DisposeScopeManager.Statistics;

    private long _alive;

    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest) => _alive = Tensors.ThreadTotalLiveCount;

    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest) => Assert.Equal(_alive, Tensors.ThreadTotalLiveCount);
}
