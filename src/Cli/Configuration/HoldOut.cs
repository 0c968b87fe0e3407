using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AudioBsq.Cli.Configuration;

/// <summary>Sets clips aside by their names alone, so that a clip stays on its side when others are added or removed.</summary>
internal static class HoldOut
{
    /// <summary>
    /// Divides clips: about <paramref name="share"/> of them are for validation, at least one and never all. A single one is for training.
    /// </summary>
    public static (List<T> Training, List<T> Validation) Divide<T>(IReadOnlyList<T> clips, Func<T, string> name, double share)
    {
        var numbered = clips.Select(clip => (Clip: clip, Number: NumberOf(name(clip)))).ToList();
        var byNumber = numbered.Select(each => each.Number).Order().ToList();
        int count = Math.Clamp(byNumber.Count(number => number < share), Math.Min(1, clips.Count - 1), clips.Count - 1);
        double end = count > 0 ? byNumber[count - 1] : -1;
        return (
            [.. numbered.Where(each => each.Number > end).Select(each => each.Clip)],
            [.. numbered.Where(each => each.Number <= end).Select(each => each.Clip)]);
    }

    // From 0 to below 1, evenly distributed over names.
    private static double NumberOf(string name) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))) / Math.Pow(2, 64);
}
