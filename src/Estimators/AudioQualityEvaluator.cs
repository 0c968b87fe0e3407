using AudioBsq.Metrics;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Reads original and synthesized waveforms side by side and measures them.</summary>
internal static class AudioQualityEvaluator
{
    public static AudioQualityReport Evaluate(
        IHostEnvironment environment, IDataView data, string waveform, string synthesized, int? sampleRate)
    {
        var original = ColumnRule.SingleVector.Find(environment, data.Schema, waveform);
        var made = ColumnRule.SingleVector.Find(environment, data.Schema, synthesized);
        int rate = Rate(environment, original, made, sampleRate);

        var host = environment.Register(nameof(AudioQualityEvaluator));
        var clips = new List<AudioQuality>();
        using var cursor = data.GetRowCursor([original, made]);
        var (readOriginal, readMade) = (cursor.GetGetter<VBuffer<float>>(original), cursor.GetGetter<VBuffer<float>>(made));
        VBuffer<float> originalRow = default, madeRow = default;
        while (cursor.MoveNext())
        {
            host.ThrowIfCanceled();
            readOriginal(ref originalRow);
            readMade(ref madeRow);
            var clip = Values(originalRow, waveform, rate, cursor.Position);
            clips.Add(AudioQuality.Measure(clip, Values(madeRow, synthesized, rate, cursor.Position)));
        }

        return clips.Any(clip => clip.Seconds > 0)
            ? AudioQualityReport.Of(clips)
            : throw new InvalidOperationException($"There is no sound to measure in column '{waveform}'.");
    }

    private static int Rate(IExceptionContext context, DataViewSchema.Column original, DataViewSchema.Column made, int? given)
    {
        int? first = AudioColumn.TryGetSampleRate(original), second = AudioColumn.TryGetSampleRate(made);
        int rate = given ?? first ?? second ?? throw new ArgumentException(
            $"Neither column '{original.Name}' nor '{made.Name}' carries a sample rate: give it as sampleRate.", nameof(given));
        AudioQuality.CheckRate(rate, "sampleRate");
        Require(context, original.Name, first, rate);
        Require(context, made.Name, second, rate);
        return rate;
    }

    private static void Require(IExceptionContext context, string name, int? carried, int rate)
    {
        if (carried is { } other && other != rate)
            throw ColumnRule.Mismatch(context, name, $"waveforms at {rate} Hz", $"waveforms at {other} Hz");
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
