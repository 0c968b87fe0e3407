using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Finds a waveform column.</summary>
internal static class WaveformRows
{
    /// <summary>The column of this name, which must hold sound, as far as it says.</summary>
    public static DataViewSchema.Column Find(IExceptionContext context, DataViewSchema schema, string name)
    {
        var column = ColumnRule.SingleVector.Find(context, schema, name);
        return AudioColumn.TryGetMelOptions(column) is null
            ? column
            : throw ColumnRule.Mismatch(context, name, "a waveform", "a mel spectrogram");
    }

    /// <summary>The column of this name, which must hold waveforms at <paramref name="sampleRate"/>, as far as it says.</summary>
    public static DataViewSchema.Column Find(IExceptionContext context, DataViewSchema schema, string name, int sampleRate)
    {
        var column = Find(context, schema, name);
        int channels = ChannelsOf(context, column, given: null);
        if (channels != 1)
        {
            throw ColumnRule.Mismatch(
                context, name, "a mono waveform", $"one of {channels} channels: put ResampleAudio before, which averages them");
        }

        if (AudioColumn.TryGetSampleRate(column) is { } rate && rate != sampleRate)
        {
            throw ColumnRule.Mismatch(
                context,
                name,
                $"a waveform at {sampleRate} Hz (sampleRate, or MelOptions.SampleRate)",
                $"one at {rate} Hz: put ResampleAudio before, or ask for {rate} Hz");
        }

        return column;
    }

    /// <summary>Channels of a column: the second dimension of (frames, channels), or else what was given, or one.</summary>
    public static int ChannelsOf(IExceptionContext context, DataViewSchema.Column column, int? given)
    {
        var type = (VectorDataViewType)column.Type;
        int channels = type.Dimensions is [_, var second] ? second : type.Dimensions.Length == 1 ? given ?? 1 : 0;
        if (channels is < 1 or > ResamplingSettings.MaxChannels)
        {
            string expected = $"samples, or (frames, channels) of 1 to {ResamplingSettings.MaxChannels} channels";
            throw ColumnRule.Mismatch(context, column.Name, expected, $"{column.Type}");
        }

        if (given is { } other && other != channels)
            throw ColumnRule.Mismatch(context, column.Name, $"a waveform of {other} channels", $"one of {channels} channels");
        return VectorSize.Of(column) % channels == 0
            ? channels
            : throw ColumnRule.Mismatch(context, column.Name, $"whole frames of {channels} channels", $"{column.Type}");
    }
}
