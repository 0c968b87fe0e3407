using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>
/// Token columns: <c>Vector&lt;Key&lt;UInt32, 2^bits&gt;&gt;</c> of unknown length. ML.NET's keys count from 1 and 0 means missing, so a
/// raw value is a token plus 1.
/// </summary>
internal static class TokenColumn
{
    public static VectorDataViewType Type(AudioBsqOptions options) =>
        new(new KeyDataViewType(typeof(uint), 1UL << options.BitsPerToken));

    /// <summary>The tokens, and the number of frames where a column for it is named.</summary>
    public static IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(string name, string? frameCount, AudioBsqOptions options)
    {
        var tokens = new DataViewSchema.DetachedColumn(name, Type(options));
        return frameCount is null ? [tokens] : [tokens, new(frameCount, NumberDataViewType.Int32)];
    }

    public static bool Fits(DataViewType type, AudioBsqOptions options) =>
        type is VectorDataViewType { ItemType: KeyDataViewType key } && key.RawType == typeof(uint) && key.Count == 1UL << options.BitsPerToken;

    public static uint[] ToKeys(int[] tokens) => Array.ConvertAll(tokens, token => (uint)token + 1);

    /// <exception cref="InvalidOperationException">A token is missing.</exception>
    public static int[] FromKeys(in VBuffer<uint> keys, string column, long row)
    {
        int[] tokens = new int[keys.Length];
        int at = 0;
        foreach (uint key in keys.DenseValues())
        {
            if (key == 0) throw new InvalidOperationException($"Row {row} of column '{column}' has a missing token at position {at}; nothing can be reconstructed from it.");
            tokens[at++] = (int)(key - 1);
        }

        return tokens;
    }
}
