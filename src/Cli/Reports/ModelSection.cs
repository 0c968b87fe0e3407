using System.Text.Json;
using System.Text.Json.Serialization;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Networks;
using AudioBsq.Quantization;

namespace AudioBsq.Cli.Reports;

/// <summary>All options of the model.</summary>
internal static class ModelSection
{
    private static readonly JsonSerializerOptions Settings = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        IgnoreReadOnlyProperties = true,
        Converters = { new JsonStringEnumConverter() },
    };

    public static Html Of(ReportContent content)
    {
        var (model, mel) = (content.Model.Model, content.Model.Mel);
        string code = model.TokensPerPosition == 1
            ? "each a code of its own"
            : Text($"{model.TokensPerPosition} to a code of {model.Quantizer.Bits} bits");
        string floor = Text($"{mel.Level}, floor {mel.FloorDecibels:0.##} dB");
        string range = Text($"{mel.MinFrequency:N0} to {mel.UpperFrequency:N0} Hz");
        string patches = Text($"{model.PatchFrames} frames × {model.PatchBands} bands, {model.PatchesPerStep} to a time step");
        var rows = new (string Name, string Value)[]
        {
            ("Tokens", Text($"{content.Model.TokensPerSecond:0.##} a second of {content.Model.BitsPerToken} bits, {code}")),
            ("Quantizer", Words(model.Quantizer)),
            ("Encoder", Words(model.Encoder)),
            ("Decoder", Words(model.EffectiveDecoder)),
            ("Parameters", Text($"{content.Model.Parameters:N0}")),
            ("Patches", Text($"{patches}, windows of {model.WindowFrames} frames")),
            ("Levels", Text($"{model.MinLevel:0.##} to {model.MaxLevel:0.##} {mel.Level.Unit()}")),
            ("Mel spectrogram", Text($"{mel.Bands} bands ({mel.Scale} scale, normalisation {mel.Norm}) from {range}, {floor}")),
            ("Frames", Text($"{mel.FrameRate:0.##} a second: hop {mel.HopLength}, FFT {mel.FftLength}, at {mel.SampleRate:N0} Hz")),
            ("Compatibility", Words(model.Compatibility)),
        };
        return Html.Of($"""
            <section id="model">
            <h2>The model</h2>
            <dl>
            {rows.Select(row => Html.Of($"<dt>{row.Name}</dt><dd>{row.Value}</dd>\n"))}</dl>
            <details><summary>All options as JSON</summary>
            <pre>{JsonSerializer.Serialize(new { mel, model }, Settings).Split('\n').Select(line => Html.Of($"{line}\n"))}</pre></details>
            </section>

            """);
    }

    private static string Words(QuantizerOptions quantizer) => Text(quantizer.Kind == QuantizerKind.BinarySpherical
        ? (FormattableString)$"binary spherical, {quantizer.Bits} bits, entropy over groups of {quantizer.GroupSize}"
        : $"{quantizer.Kind}, {quantizer.Bits} bits");

    private static string Words(NetworkOptions network)
    {
        string convolution = network.UseConvModule ? " and convolution" : "";
        return Text(
            $"{network.Layers} blocks of width {network.Width} with {network.Heads} heads{convolution}, attention mask {network.Mask}");
    }

    private static string Words(Compatibility compatibility)
    {
        var flags = JsonSerializer.SerializeToElement(compatibility).EnumerateObject();
        string[] kept = [.. flags.Where(flag => flag.Value.ValueKind == JsonValueKind.True).Select(flag => flag.Name)];
        return kept.Length == 0 ? "corrected: none of the published version's defects" : $"as published in: {string.Join(", ", kept)}";
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
