using AudioBsq.Cli.Console;
using AudioBsq.MLNet;

namespace AudioBsq.Cli.Corpus;

/// <summary>
/// The list of clips of a corpus, which is recognised by what it is: a folder of sound files, JSON lines (plain, NeMo's, or Lhotse's cuts,
/// gzipped or not), or a table of Common Voice. It is read as often as it is asked for, and not kept in memory.
/// </summary>
internal sealed class CorpusManifest
{
    private readonly string _path;
    private readonly string _folder;
    private readonly Func<IEnumerable<CorpusClip>> _read;

    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">It is none of these.</exception>
    public CorpusManifest(string path)
    {
        _path = path;
        string full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            (_folder, _read) = (full, ReadFolder);
            return;
        }

        if (ClipSound.IsSpecial(full))
            throw new InvalidDataException($"'{path}' is a pipe, and a manifest is read several times: write it to a file.");
        if (!File.Exists(full)) throw new FileNotFoundException($"There is no manifest '{path}'.", path);
        _folder = System.IO.Path.GetDirectoryName(full)!;
        string first = ManifestText.Lines(full).Select(line => line.Text).FirstOrDefault() ?? "";
        _read = first.TrimStart() is ['{', ..] ? ReadLines
            : ClipTable.IsHeader(first) ? () => ClipTable.Read(path, _folder)
            : throw new InvalidDataException(
                $"'{path}' is no manifest: it is neither a folder, nor JSON lines, nor a table whose first line has a column 'path'.");
    }

    /// <summary>The clips in order. Ids may be there twice; <see cref="ManifestIndex"/> finds that.</summary>
    /// <exception cref="InvalidDataException">A line is no clip; the message has its number.</exception>
    public IEnumerable<CorpusClip> Clips() => _read();

    private IEnumerable<CorpusClip> ReadFolder() =>
        AudioFolder.List(_folder, new AudioFolderOptions()).Select(file => ClipPlace.Clip(_folder, file.Name));

    private IEnumerable<CorpusClip> ReadLines()
    {
        foreach (var (number, text) in ManifestText.Lines(_path))
        {
            CorpusClip clip;
            try
            {
                clip = JsonClip.Parse(text, _folder);
            }
            catch (Exception failure) when (failure is System.Text.Json.JsonException or InvalidDataException)
            {
                throw new InvalidDataException($"'{_path}', line {number}: {Failure.Reason(failure)}", failure);
            }

            yield return clip;
        }
    }
}
