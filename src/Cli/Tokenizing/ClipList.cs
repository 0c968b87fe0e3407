using System.CommandLine;
using AudioBsq.Cli.Console;
using AudioBsq.MLNet;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>Finds the sound files that are named on the command line, or are in the folders that are named.</summary>
internal static class ClipList
{
    /// <summary>The option that leaves out folders in folders.</summary>
    public static Option<bool> FlatOption() => new("--no-recurse") { Description = "Leave out folders inside the given folders" };

    /// <summary>
    /// Files as they are named, and of each folder its sound files in the order of their names, each with its path below a folder of
    /// results: the file's name, or its path within the folder that was named. Whether a file exists is not checked.
    /// </summary>
    /// <param name="inputs">Files and folders.</param>
    /// <param name="recursive">Whether folders inside the folders are searched too.</param>
    /// <param name="refuse">Gets folders without sound files, and the reason.</param>
    /// <param name="terminal">Gets a message for each pipe, socket or device in a folder, which is left out.</param>
    public static List<(string Path, string Place)> Find(
        IEnumerable<string> inputs, bool recursive, Action<string, string> refuse, Terminal terminal)
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
                    AudioFolder.List(input, new AudioFolderOptions(recursive), LeaveOut)
                        .Select(file => (Path.Combine(input, file.Name), file.Name)));
            }
            catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                refuse(input, failure.Message);
            }
        }

        return clips;

        void LeaveOut(string path) => terminal.Say($"left out: '{path}' is a pipe, socket or device, not a file.");
    }
}
