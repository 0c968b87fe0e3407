using AudioBsq.MLNet;
using Microsoft.ML;

namespace AudioBsq.Tests.Estimators;

[WithoutTorch]
public class ModelDeviceTests
{
    [Fact]
    public void NegativeGpu_IsTheCpu()
    {
        var ml = new MLContext { GpuDeviceId = -1, FallbackToCpu = false };

        Assert.Equal("cpu", ModelDevice.Choose(ml.Transforms.Environment()));
    }
}
