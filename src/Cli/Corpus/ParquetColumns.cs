using Parquet;
using Parquet.Schema;

namespace AudioBsq.Cli.Corpus;

/// <summary>The columns of a Parquet file of tokens, and a row group of them in memory.</summary>
internal static class ParquetColumns
{
    private const int Empty = 1, Present = 2; // definition levels of a list in a row: without elements, and of each element

    private static readonly DataField<string> Id = new("id", nullable: false), Fingerprint = new("fingerprint", nullable: false);
    private static readonly DataField<int> Token = new("element"), Frames = new("frames");
    private static readonly DataField<long> Samples = new("samples");
    private static readonly DataField<int> SampleRate = new("sample_rate"), BitsPerToken = new("bits_per_token");

    public static ParquetSchema Schema { get; } =
        new(Id, new ListField("tokens", Token), Frames, Samples, SampleRate, BitsPerToken, Fingerprint);

    /// <summary>Writes a row group.</summary>
    public static async Task WriteAsync(ParquetWriter writer, IReadOnlyList<ParquetRow> rows)
    {
        using var group = writer.CreateRowGroup();
        await group.WriteAsync(Id, [.. rows.Select(row => row.Id)]);
        int[] tokens = [.. rows.SelectMany(row => row.Tokens)];
        int[] definitions = [.. rows.SelectMany(row => row.Tokens.Length == 0 ? [Empty] : Enumerable.Repeat(Present, row.Tokens.Length))];
        int[] repetitions = [.. rows.SelectMany(row => Enumerable.Range(0, Math.Max(1, row.Tokens.Length)).Select(i => Math.Min(i, 1)))];
        await group.WriteAllPartsAsync<int>(Token, tokens, definitions, repetitions, default);
        await group.WriteAsync<int>(Frames, rows.Select(row => row.Frames).ToArray());
        await group.WriteAsync<long>(Samples, rows.Select(row => row.Samples).ToArray());
        await group.WriteAsync<int>(SampleRate, rows.Select(row => row.SampleRate).ToArray());
        await group.WriteAsync<int>(BitsPerToken, rows.Select(row => row.BitsPerToken).ToArray());
        await group.WriteAsync(Fingerprint, [.. rows.Select(row => row.Fingerprint)]);
        group.CompleteValidate();
    }

    /// <summary>The ids of a row group.</summary>
    public static async Task<string[]> ReadIdsAsync(ParquetReader reader, int group)
    {
        using var rows = reader.OpenRowGroupReader(group);
        return await Texts(rows, Id);
    }

    /// <summary>All of a row group.</summary>
    public static async Task<ParquetRow[]> ReadAsync(ParquetReader reader, int group)
    {
        using var rows = reader.OpenRowGroupReader(group);
        string[] ids = await Texts(rows, Id), fingerprints = await Texts(rows, Fingerprint);
        int[][] tokens = await Lists(rows);
        int[] frames = await Numbers(rows, Frames), rates = await Numbers(rows, SampleRate), bits = await Numbers(rows, BitsPerToken);
        long[] samples = new long[rows.RowCount];
        await rows.ReadAsync<long>(Samples, samples);
        return [.. ids.Select((id, i) => new ParquetRow(id, tokens[i], frames[i], samples[i], rates[i], bits[i], fingerprints[i]))];
    }

    private static async Task<string[]> Texts(ParquetRowGroupReader rows, DataField field)
    {
        string?[] texts = new string?[rows.RowCount];
        await rows.ReadAsync(field, texts.AsMemory());
        return [.. texts.Select(text => text ?? "")];
    }

    private static async Task<int[]> Numbers(ParquetRowGroupReader rows, DataField field)
    {
        int[] numbers = new int[rows.RowCount];
        await rows.ReadAsync<int>(field, numbers);
        return numbers;
    }

    private static async Task<int[][]> Lists(ParquetRowGroupReader rows)
    {
        using var column = (Parquet.Data.RawColumnData<int>)await rows.ReadRawColumnDataBaseAsync(Token);
        int[] values = column.Values.ToArray(), definitions = column.DefinitionLevels.ToArray();
        int[] repetitions = column.RepetitionLevels.ToArray();
        var lists = new List<int[]>();
        int next = 0;
        for (int start = 0, end; start < repetitions.Length; start = end)
        {
            end = start + 1;
            while (end < repetitions.Length && repetitions[end] != 0) end++;
            int count = definitions[start] == Present ? end - start : 0;
            lists.Add(values[next..(next + count)]);
            next += count;
        }

        return [.. lists];
    }
}
