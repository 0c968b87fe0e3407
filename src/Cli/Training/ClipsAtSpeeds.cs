using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Cli.Training;

/// <summary>Every clip once at each of some speeds, for <c>LoadAudio</c> with its options' <c>SpeedColumn</c>.</summary>
internal static class ClipsAtSpeeds
{
    public const string Column = nameof(Row.Speed);

    /// <param name="ml">Makes the rows.</param>
    /// <param name="clips">Clips with a column <c>Path</c>, and <c>Start</c> and <c>End</c> where they are parts of files.</param>
    /// <param name="speeds">How many times as fast.</param>
    public static IDataView Of(MLContext ml, IDataView clips, IReadOnlyList<double> speeds)
    {
        string[] paths = [.. clips.GetColumn<string>(nameof(Row.Path))];
        float[] starts = Times(nameof(Row.Start)), ends = Times(nameof(Row.End));
        Row[] rows = [.. paths.SelectMany((path, clip) => speeds.Select(speed => new Row(path, starts[clip], ends[clip], (float)speed)))];
        return ml.Data.Environment().Rows(rows); // which can be shuffled

        float[] Times(string column) => clips.Schema.GetColumnOrNull(column) is null
            ? [.. Enumerable.Repeat(float.NaN, paths.Length)]
            : [.. clips.GetColumn<float>(column)];
    }

    private sealed record Row(string Path, float Start, float End, float Speed);
}
