using AudioBsq.Metrics;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Reads original and synthesized waveforms side by side and measures them.</summary>
internal static class AudioQualityEvaluator
{
    public static AudioQualityReport Evaluate(IHostEnvironment environment, IDataView data, string waveform, string synthesized, int? sampleRate)
    {
        var original = ColumnRule.SingleVector.Find(environment, data.Schema, waveform);
        var drawn = ColumnRule.SingleVector.Find(environment, data.Schema, synthesized);
        int rate = Rate(environment, original, drawn, sampleRate);

        var host = environment.Register(nameof(AudioQualityEvaluator));
        var clips = new List<AudioQuality>();
        using var cursor = data.GetRowCursor([original, drawn]);
        var (readOriginal, readDrawn) = (cursor.GetGetter<VBuffer<float>>(original), cursor.GetGetter<VBuffer<float>>(drawn));
        VBuffer<float> originalRow = default, drawnRow = default;
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            readOriginal(ref originalRow);
            readDrawn(ref drawnRow);
            clips.Add(AudioQuality.Measure(Values(originalRow, waveform, rate, cursor.Position), Values(drawnRow, synthesized, rate, cursor.Position)));
        }

        return clips.Any(clip => clip.Seconds > 0)
            ? AudioQualityReport.Of(clips)
            : throw new InvalidOperationException($"There is no sound to measure in column '{waveform}'.");
    }

    private static int Rate(IExceptionContext context, DataViewSchema.Column original, DataViewSchema.Column drawn, int? given)
    {
        int? first = WaveformColumn.TryGetSampleRate(original), second = WaveformColumn.TryGetSampleRate(drawn);
        int rate = given ?? first ?? second ?? throw new ArgumentException(
            $"Neither column '{original.Name}' nor '{drawn.Name}' carries a sample rate: give it as sampleRate.", nameof(given));
        AudioQuality.CheckRate(rate, "sampleRate");
        if (first is { } a && a != rate) throw ColumnRule.Mismatch(context, original.Name, $"waveforms at {rate} Hz", $"waveforms at {a} Hz");
        if (second is { } b && b != rate) throw ColumnRule.Mismatch(context, drawn.Name, $"waveforms at {rate} Hz", $"waveforms at {b} Hz");
        return rate;
    }

    private static Waveform Values(in VBuffer<float> row, string name, int rate, long position)
    {
        float[] samples = new float[row.Length];
        row.CopyTo(samples);
        try
        {
            Samples.Require(samples);
        }
        catch (ArgumentException rule)
        {
            throw new InvalidDataException($"Row {position} of column '{name}': {rule.Message}", rule);
        }

        return new Waveform(samples, rate);
    }
}
