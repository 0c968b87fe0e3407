using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>
/// Token columns: <c>Vector&lt;Key&lt;UInt32, 2^bits&gt;&gt;</c>. ML.NET's keys count from 1 and 0 means missing, so a raw value is a token
/// plus 1. The key values are the tokens themselves, as Int32, so that MapKeyToValue gives them.
/// </summary>
internal static class TokenColumn
{
    private const string TokensPerStepName = "TokensPerStep";
    private const int MaxBitsWithValues = 20; // 4 MB of values; those who read them read all, and often

    public static VectorDataViewType Type(AudioBsqOptions options, int tokens = 0) =>
        new(new KeyDataViewType(typeof(uint), 1UL << options.BitsPerToken), tokens);

    /// <summary>
    /// The tokens of mel spectrograms of so many frames, 0 where rows may differ; then the number of frames, and the latents, where columns
    /// for them are named.
    /// </summary>
    public static IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(TokenizerColumns columns, AudioBsqOptions options, int frames)
    {
        var tokens = OutputColumn.Create(columns.Output, Type(options, options.TokensOf(frames)), annotations =>
        {
            if (options.BitsPerToken <= MaxBitsWithValues) AddValues(annotations, 1 << options.BitsPerToken);
            int perStep = options.PatchesPerStep * options.TokensPerPosition;
            annotations.Add(TokensPerStepName, NumberDataViewType.Int32, (ref int value) => value = perStep);
        });
        List<DataViewSchema.DetachedColumn> outputs = [tokens];
        if (columns.FrameCount is { } count) outputs.Add(new(count, NumberDataViewType.Int32));
        if (columns.Latents is { } latents)
        {
            int positions = options.TokensOf(frames) / options.TokensPerPosition;
            outputs.Add(new(latents, new VectorDataViewType(NumberDataViewType.Single, positions, options.Quantizer.Dimension)));
        }

        return outputs;
    }

    /// <summary>What can be checked of a schema's shape; the number of keys is checked when there is data.</summary>
    public static ColumnRule Rule { get; } = new("vector of Key<UInt32>", column =>
        column.Kind != SchemaShape.Column.VectorKind.Scalar && column.IsKey && column.ItemType == NumberDataViewType.UInt32);

    /// <summary>The column of this name, which must hold tokens of a model with these options.</summary>
    public static DataViewSchema.Column Find(IExceptionContext context, DataViewSchema schema, string name, AudioBsqOptions options)
    {
        var (column, expected) = (ColumnRule.FindAny(context, schema, name), Type(options));
        bool fits = column.Type is VectorDataViewType { ItemType: KeyDataViewType key } && key.Equals(expected.ItemType);
        return fits ? column : throw ColumnRule.Mismatch(context, name, expected.ToString()!, column.Type.ToString()!);
    }

    /// <summary>The token column of this name, and the bits of one of its tokens.</summary>
    public static (DataViewSchema.Column Column, int Bits) Find(IExceptionContext context, DataViewSchema schema, string name)
    {
        var column = Rule.Find(context, schema, name);
        ulong count = ((KeyDataViewType)((VectorDataViewType)column.Type).ItemType).Count;
        return count > 1 && BitOperations.IsPow2(count)
            ? (column, BitOperations.Log2(count))
            : throw ColumnRule.Mismatch(context, name, "keys whose number is 2^bits", column.Type.ToString()!);
    }

    /// <summary>Tokens of one time step, low bands first, where the column says it.</summary>
    public static int? TokensPerStep(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(TokensPerStepName)?.Type != NumberDataViewType.Int32) return null;
        int perStep = 0;
        column.Annotations.GetValue(TokensPerStepName, ref perStep);
        return perStep > 0 ? perStep : null;
    }

    // Made when they are asked for.
    private static void AddValues(DataViewSchema.Annotations.Builder annotations, int count)
    {
        ValueGetter<VBuffer<int>> tokens = (ref VBuffer<int> values) => values = new VBuffer<int>(count, [.. Enumerable.Range(0, count)]);
        annotations.Add("KeyValues", new VectorDataViewType(NumberDataViewType.Int32, count), tokens);
    }

    public static uint[] ToKeys(int[] tokens) => Array.ConvertAll(tokens, token => (uint)token + 1);

    /// <exception cref="InvalidDataException">A token is missing.</exception>
    public static int[] FromKeys(in VBuffer<uint> keys, string column, long row)
    {
        int[] tokens = new int[keys.Length];
        int at = 0;
        foreach (uint key in keys.DenseValues())
        {
            if (key == 0) throw new InvalidDataException($"Row {row} of column '{column}' has a missing token at position {at}.");
            tokens[at++] = (int)(key - 1);
        }

        return tokens;
    }
}
