using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>The clips that a user means by naming files and folders.</summary>
internal static class ClipList
{
    /// <summary>
    /// Files as they are named, and in the place of a folder the sound files in it, by name. <paramref name="refuse"/> is told of folders
    /// that hold none; a file that is not there is found out when it is read.
    /// </summary>
    public static List<string> Find(MLContext ml, IEnumerable<string> inputs, bool recursive, Action<string, string> refuse) =>
        [.. FindPlaces(ml, inputs, recursive, refuse).Select(clip => clip.Path)];

    /// <summary>The same, each with its place below a folder of results: of a named file its name, of a folder's file its path in that folder.</summary>
    public static List<(string Path, string Place)> FindPlaces(MLContext ml, IEnumerable<string> inputs, bool recursive, Action<string, string> refuse)
    {
        var options = new AudioFolderOptions { Recursive = recursive };
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
                clips.AddRange(ml.Data.LoadAudioFolder(input, options).GetColumn<string>("Name").Select(name => (Path.Combine(input, name), name)));
            }
            catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                refuse(input, failure.Message);
            }
        }

        return clips;
    }
}
