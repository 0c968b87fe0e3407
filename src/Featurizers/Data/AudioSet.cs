using System.Globalization;

namespace AudioBsq.MLNet;

/// <summary>Lists AudioSet (Gemmeke et al. 2017): a table of segments, and clips that people fetch and name in several ways.</summary>
internal static class AudioSet
{
    private const int IdLength = 11;
    private const string Layout =
        "<YTID>.<ext>, Y<YTID>.<ext>, <YTID>_<start>.<ext> or <YTID>_<start>_<end>.<ext>, with times in seconds or milliseconds";

    /// <summary>The segments whose clip is in the folder, by video and time.</summary>
    public static List<AudioSetRow> List(string segmentsCsv, string folder, bool wholeVideos, DataSetReport report)
    {
        ArgumentException.ThrowIfNullOrEmpty(segmentsCsv);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        folder = Path.GetFullPath(folder);
        if (!File.Exists(segmentsCsv))
        {
            throw new FileNotFoundException(
                $"There is no table of segments '{segmentsCsv}', such as balanced_train_segments.csv.", segmentsCsv);
        }

        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}' of clips. Their names are {Layout}.");

        var files = Files(folder, report);
        var rows = new List<AudioSetRow>();
        var segments = AudioSetSegment.Read(segmentsCsv, report)
            .OrderBy(segment => segment.VideoId, StringComparer.Ordinal)
            .ThenBy(segment => segment.Start);
        foreach (var segment in segments)
        {
            var file = files[segment.VideoId].FirstOrDefault(file => Fits(file.Times, segment));
            if (file.Path is null)
            {
                report.Add(
                    $"Segments left out because their clip is not in '{folder}'",
                    $"{segment.VideoId} from {segment.Start.ToString(CultureInfo.InvariantCulture)} s");
            }
            else rows.Add(Row(file.Path, Path.GetRelativePath(folder, file.Path), segment, whole: wholeVideos && file.Times.Length == 0));
        }

        if (rows.Count == 0) throw report.Empty($"'{folder}' holds no clip of '{segmentsCsv}'. Names of clips are {Layout}.");
        report.Send();
        return rows;
    }

    private static AudioSetRow Row(string path, string name, AudioSetSegment segment, bool whole)
    {
        double start = whole ? segment.Start : 0, end = whole ? segment.End : segment.End - segment.Start;
        return new AudioSetRow(
            path, name.Replace(Path.DirectorySeparatorChar, '/'), segment.VideoId, (float)start, (float)end, segment.Labels);
    }

    /// <summary>
    /// Files by video: those with a time in their name first. A video's identifier may itself have '_' and digits in it, but its length is
    /// fixed.
    /// </summary>
    private static ILookup<string, (string Path, string[] Times)> Files(string folder, DataSetReport report)
    {
        var files =
            from path in AudioFolder.Files(folder, new AudioFolderOptions(), report.AddSpecial)
            let stem = Path.GetFileNameWithoutExtension(path)
            from offset in Enumerable.Range(0, 2) // a 'Y' may stand in front
            where stem.Length >= offset + IdLength && (offset == 0 || stem[0] == 'Y')
            let rest = stem[(offset + IdLength)..]
            where rest.Length == 0 || rest[0] == '_'
            let times = rest.Length == 0 ? [] : rest[1..].Split('_')
            where times.Length <= 2 && times.All(time => Number(time) is not null)
            orderby times.Length descending, path
            select (Id: stem.Substring(offset, IdLength), Path: path, Times: times);
        return files.ToLookup(file => file.Id, file => (file.Path, file.Times), StringComparer.Ordinal);
    }

    private static bool Fits(string[] times, AudioSetSegment segment) => times switch
    {
        [] => true,
        [var start] => Means(start, segment.Start),
        [var start, var end] => Means(start, segment.Start) && Means(end, segment.End),
        _ => false,
    };

    // Whole seconds in a name may be the cut-off time of a segment that starts between them.
    private static bool Means(string text, double seconds) => Number(text) is { } number
        && (Math.Abs(number - seconds) < 1e-3
            || Math.Abs(number - 1000 * seconds) < 1
            || (!text.Contains('.') && number == Math.Floor(seconds)));

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) ? number : null;
}
