using AudioBsq.Persistence;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Finds a mel column and reads it row by row.</summary>
internal static class MelRows
{
    /// <summary>
    /// The column of this name, which must hold spectrograms as <paramref name="mel"/> says, as far as its annotation and type tell. It may
    /// have further windows.
    /// </summary>
    public static DataViewSchema.Column Find(IExceptionContext context, DataViewSchema schema, string name, MelOptions mel)
    {
        var column = ColumnRule.SingleVector.Find(context, schema, name);
        Refuse(context, column);
        if (AudioColumn.TryGetMelOptions(column) is { } carried && carried.WithScales(mel.Scales) != mel)
        {
            var (wanted, found) = OptionsDifference.Of(mel, carried);
            throw ColumnRule.Mismatch(context, name, $"a mel spectrogram of {wanted}", $"one of {found}");
        }

        int perFrame = ValuesPerFrame(column, mel);
        if (((VectorDataViewType)column.Type).Dimensions is [_, > 0 and int bands] && bands != perFrame)
            throw ColumnRule.Mismatch(context, name, $"mel spectrogram of {perFrame} bands", $"one of {bands} bands");
        return column;
    }

    /// <summary>Values in a frame of the column; those of <paramref name="mel"/> where it does not say.</summary>
    public static int ValuesPerFrame(DataViewSchema.Column column, MelOptions mel) =>
        (AudioColumn.TryGetMelOptions(column) ?? mel).ValuesPerFrame;

    /// <summary>Fails where a column says that it holds waveforms.</summary>
    public static void Refuse(IExceptionContext context, DataViewSchema.Column column)
    {
        if (AudioColumn.TryGetSampleRate(column) is { } rate)
        {
            string found = $"a waveform at {rate} Hz: put ExtractMelSpectrogram before, and read its output";
            throw ColumnRule.Mismatch(context, column.Name, "a mel spectrogram", found);
        }
    }

    /// <summary>Fails for a waveform in place of decibels: no sound is within 1 dB of full scale in all bands at once.</summary>
    /// <exception cref="InvalidDataException">The values lie on both sides of 0, and none beyond ±1.</exception>
    public static void RefuseWaveform(ReadOnlySpan<float> levels, string name, long position)
    {
        float min = 0, max = 0;
        foreach (float level in levels) (min, max) = (Math.Min(min, level), Math.Max(max, level));
        if (min is >= -1 and < 0 && max is > 0 and <= 1)
        {
            throw new InvalidDataException(FormattableString.Invariant(
                $"Row {position} of column '{name}' holds values from {min:F3} to {max:F3}, which are no levels in decibels. ")
                + "A waveform must go through ExtractMelSpectrogram first.");
        }
    }

    /// <summary>
    /// Each row as (frames, values) with the windows of <paramref name="mel"/>,
    /// in an order that depends on <paramref name="shuffleSeed"/> where the data can be shuffled.
    /// </summary>
    public static IEnumerable<float[]> Read(
        IDataView data, string name, MelOptions mel, int? shuffleSeed = null, CancellationToken cancellation = default)
    {
        var column = data.Schema[name];
        int perFrame = ValuesPerFrame(column, mel);
        using var cursor = data.GetRowCursor([column], shuffleSeed is { } seed && data.CanShuffle ? new Random(seed) : null);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> row = default;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            getter(ref row);
            yield return MelScales.Cut(Values(row, name, perFrame, cursor.Position), perFrame, mel.ValuesPerFrame);
        }
    }

    /// <summary>One row's values, checked.</summary>
    /// <exception cref="InvalidDataException">They are not whole frames of so many bands, or one is not finite.</exception>
    public static float[] Values(in VBuffer<float> row, string name, int bands, long position)
    {
        if (row.Length % bands != 0)
        {
            throw new InvalidDataException(
                $"Row {position} of column '{name}' has {row.Length} numbers, which is no multiple of {bands} bands. A waveform must go "
                + "through ExtractMelSpectrogram first.");
        }

        float[] values = row.ToValues();
        foreach (float value in values)
        {
            if (float.IsFinite(value)) continue;
            throw new InvalidDataException($"Row {position} of column '{name}' holds {value}; a mel spectrogram must be finite.");
        }

        return values;
    }
}
