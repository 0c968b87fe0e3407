using System.Text;

namespace AudioBsq.Cli.Corpus;

/// <summary>
/// Names of clips in a tar for WebDataset, which takes the first dot of a file's name for the end of its key. An id stands in it as it is,
/// but for dots, '%', control characters, backslashes, and a '/' that would leave the folder that the tar is unpacked to or start an
/// empty name: those are written as %2E and so on. Different ids have different names.
/// </summary>
internal static class WebDatasetKey
{
    public static string Of(string id)
    {
        var key = new StringBuilder(id.Length);
        for (int i = 0; i < id.Length; i++)
        {
            bool isEdge = i == 0 || i == id.Length - 1 || id[i - 1] == '/';
            if (id[i] is '.' or '%' or '\\' || char.IsControl(id[i]) || (id[i] == '/' && isEdge)) key.Append($"%{(int)id[i]:X2}");
            else key.Append(id[i]);
        }

        return key.ToString();
    }
}
