using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>Finds the sound files that are named on the command line, or are in the folders that are named.</summary>
internal static class ClipList
{
    /// <summary>The option that leaves out folders in folders.</summary>
    public static Option<bool> FlatOption() => new("--no-recurse") { Description = "Leave out folders inside the given folders" };

    /// <summary>
    /// Files as they are named, and of each folder its sound files in the order of their names. <paramref name="refuse"/> gets folders
    /// without sound files, and the reason. Whether a file exists is not checked.
    /// </summary>
    public static List<string> Find(MLContext ml, IEnumerable<string> inputs, bool recursive, Action<string, string> refuse) =>
        [.. FindPlaces(ml, inputs, recursive, refuse).Select(clip => clip.Path)];

    /// <summary>
    /// The same, each with its path below a folder of results: the file's name, or its path within the folder that was named.
    /// </summary>
    public static List<(string Path, string Place)> FindPlaces(
        MLContext ml, IEnumerable<string> inputs, bool recursive, Action<string, string> refuse)
    {
        var clips = new List<(string, string)>();
        foreach (string input in inputs)
        {
            if (!Directory.Exists(input))
            {
                clips.Add((input, Path.GetFileName(input)));
                continue;
            }

            try
            {
                clips.AddRange(
                    ml.Data.LoadAudioFolder(input, recursive: recursive).GetColumn<string>("Name")
                        .Select(name => (Path.Combine(input, name), name)));
            }
            catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                refuse(input, failure.Message);
            }
        }

        return clips;
    }
}
