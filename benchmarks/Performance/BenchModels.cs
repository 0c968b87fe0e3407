using System.Text.Json;
using AudioBsq.Networks;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>A model that is measured.</summary>
/// <param name="Name">Its name in tables and for the rival.</param>
/// <param name="Options">What it computes.</param>
/// <param name="Batch">Crops of a full window in a training step.</param>
internal sealed record BenchModel(string Name, AudioBsqOptions Options, int Batch)
{
    /// <summary>Seconds of sound in one window.</summary>
    public double WindowSeconds => Options.WindowFrames / 100.0;

    /// <summary>The same with its unit.</summary>
    public string Window => FormattableString.Invariant($"{WindowSeconds:0.##} s");
}

/// <summary>The models that are measured, and their sizes as the rival reads them.</summary>
internal static class BenchModels
{
    /// <summary>For tests and samples.</summary>
    public static BenchModel Tiny { get; } = new("tiny", AudioBsqOptions.Tiny, 4);

    /// <summary>The published small variant, without convolution.</summary>
    public static BenchModel Small { get; } = new("small", AudioBsqOptions.Small, 1);

    /// <summary>configs/half-hour.yaml.</summary>
    public static BenchModel HalfHour { get; } = new("half-hour", new AudioBsqOptions
    {
        WindowFrames = 256,
        PatchFrames = 2,
        PatchBands = 128,
        Encoder = new NetworkOptions { Width = 192, Layers = 3, Heads = 6, UseConvModule = true, HeadWidth = 768 },
    }, 8);

    /// <summary>The trained models that come with the project: training/speech900.yaml.</summary>
    public static BenchModel Speech { get; } = new("speech900", new AudioBsqOptions
    {
        WindowFrames = 192,
        PatchFrames = 4,
        PatchBands = 64,
        Encoder = new NetworkOptions { Width = 192, Layers = 3, Heads = 3, UseConvModule = true, HeadWidth = 768 },
        Quantizer = new() { Bits = 18, GroupSize = 9 },
    }, 6);

    /// <summary>All that are trained here, small networks first.</summary>
    public static IReadOnlyList<BenchModel> All { get; } = [Tiny, HalfHour, Small];

    /// <summary>These and the trained ones, as JSON.</summary>
    public static string Json { get; } = JsonSerializer.Serialize(All.Append(Speech).ToDictionary(model => model.Name, model => new
    {
        window_frames = model.Options.WindowFrames,
        patch_frames = model.Options.PatchFrames,
        patch_bands = model.Options.PatchBands,
        width = model.Options.Encoder.Width,
        layers = model.Options.Encoder.Layers,
        heads = model.Options.Encoder.Heads,
        taps = model.Options.Encoder.UseConvModule ? model.Options.Encoder.ConvKernelSize : 0,
        head_width = model.Options.Encoder.HeadWidth,
        bits = model.Options.Quantizer.Bits,
        group = model.Options.Quantizer.GroupSize,
        batch = model.Batch,
    }));
}
