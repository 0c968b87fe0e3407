using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.Tests.Featurizers.Interop;

[WithoutTorch]
public class MLEnvironmentTests
{
    [Fact]
    public void Messages_ReachTheLog_WhateverIsInThem()
    {
        var ml = new MLContext();
        var log = new List<LoggingEventArgs>();
        ml.Log += (_, message) => log.Add(message);
        var host = ml.Transforms.Environment().Register("Somebody");

        host.Inform("Training", "loss {0} is {");
        host.Warn("Loading", "{1}");

        Assert.Equal(
            [ChannelMessageKind.Info, ChannelMessageKind.Warning],
            log.Where(message => message.Kind != ChannelMessageKind.Trace).Select(message => message.Kind));
        Assert.Contains(
            log,
            message =>
                message.Message.Contains("loss {0} is {", StringComparison.Ordinal)
                    && message.Source.Contains("Training", StringComparison.Ordinal));
        Assert.Contains(
            log,
            message =>
                message.Message.Contains("{1}", StringComparison.Ordinal) && message.Source.Contains("Somebody", StringComparison.Ordinal));
    }

    [Fact]
    public void Device_IsTheContexts()
    {
        var ml = new MLContext { GpuDeviceId = 2, FallbackToCpu = false };

        var host = ml.Data.Environment().Register("Somebody");

        Assert.Equal(2, host.GpuDevice());
        Assert.False(host.FallsBackToCpu());
        Assert.Null(new MLContext().Transforms.Environment().GpuDevice());
    }
}
