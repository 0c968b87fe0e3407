using AudioBsq.NAudio;
using AudioBsq.Tests.Approved;
using PublicApiGenerator;

namespace AudioBsq.Tests.NAudio;

[WithoutTorch]
public class NAudioApiTests
{
    [Fact]
    public void PublicApi_IsTheApprovedOne()
    {
        var options = new ApiGeneratorOptions { DenyNamespacePrefixes = [], IncludeAssemblyAttributes = false };

        Approval.Verify("AudioBsq.MLNet.NAudio", typeof(NAudioExtensions).Assembly.GeneratePublicApi(options));
    }
}
