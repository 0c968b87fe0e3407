using AudioBsq.Metrics;
using TorchSharp;

namespace AudioBsq.Tests.Model.Metrics;

/// <summary>The measure of noise that torch's own generator makes.</summary>
[NoTensorLeaks]
public class PublishedStoiTests
{
    [Fact] // the example in the documentation of torchmetrics, which prints four digits of pystoi's answer
    public void Measure_IsThePublishedOne()
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(1);
        float[] degraded = torch.randn(8_000).data<float>().ToArray(), reference = torch.randn(8_000).data<float>().ToArray();

        Close.To(-0.0100, Stoi.Measure(reference, degraded, 8_000)!.Value, 5e-5);
    }
}
