using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>
/// A hash of everything that decides a mel column's content, found without computing it: the transformers that made it, and the values that
/// the first of them reads. A path counts with the size and time of its file.
/// </summary>
internal static class MelCacheKey
{
    /// <exception cref="ArgumentException">What decides the content is unknown, and there is no key.</exception>
    public static byte[] Of(IDataView data, DataViewSchema.Column column, string? key)
    {
        using var hash = SHA256.Create();
        using (var text = new BinaryWriter(new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write)))
        {
            // Another build of this code may compute other levels.
            foreach (var type in new[] { typeof(MelSpectrogram), typeof(MelCacheKey) })
                text.Write(type.Module.ModuleVersionId.ToByteArray());
            text.Write($"{column.Type}");
            text.Write(AudioColumn.TryGetMelOptions(column) is { } mel ? OptionsJson.Write(mel) : "");
            text.Write(key ?? "");
            if (Trace(data, column, text) is { } beginning) WriteRows(beginning.Data, beginning.Columns, text);
            else if (key is not null) text.Write(data.GetRowCount() ?? -1);
            else
            {
                throw new ArgumentException(
                    $"What decides the content of column '{column.Name}' cannot be told: it was not made by LoadAudio and "
                    + "ExtractMelSpectrogram right before. "
                    + "Cache it right behind them, or give a key, a text that changes whenever the content does.",
                    nameof(column));
            }
        }

        return hash.Hash!;
    }

    /// <summary>
    /// Writes the options of every transformer that the column comes from; returns the data before them, and the columns that the first of
    /// them reads.
    /// </summary>
    private static (IDataView Data, Dictionary<int, Func<string, string>?> Columns)? Trace(
        IDataView data, DataViewSchema.Column column, BinaryWriter text)
    {
        bool computed = false;
        var needed = new Dictionary<int, Func<string, string>?> { [column.Index] = null };
        while (data is BatchDataView view)
        {
            int before = view.Mapper.InputSchema.Count;
            if (needed.Keys.Any(index => index >= before))
            {
                if (view.Mapper.Origin is not { } origin) return null;
                text.Write(origin.Options);
                needed = needed.Where(entry => entry.Key < before).ToDictionary();
                foreach (var input in view.Mapper.Inputs) needed[input.Index] = origin.FileOf;
                computed = true;
            }

            data = view.Input;
        }

        return computed ? (data, needed) : null;
    }

    private static void WriteRows(IDataView data, Dictionary<int, Func<string, string>?> columns, BinaryWriter text)
    {
        DataViewSchema.Column[] needed = [.. data.Schema.Where(column => columns.ContainsKey(column.Index))];
        using var cursor = data.GetRowCursor(needed);
        Action[] values = [.. needed.Select(column => Value(cursor, column, columns[column.Index], text))];
        while (cursor.MoveNext())
        {
            foreach (var write in values) write();
        }
    }

    // These are the types that LoadAudio, ResampleAudio and ExtractMelSpectrogram read.
    private static Action Value(DataViewRow row, DataViewSchema.Column column, Func<string, string>? fileOf, BinaryWriter text) =>
        column.Type switch
        {
            TextDataViewType =>
                Value<ReadOnlyMemory<char>>(row, column, value => WriteFile(fileOf?.Invoke($"{value}") ?? $"{value}", text)),
            VectorDataViewType vector when vector.ItemType == NumberDataViewType.Byte =>
                Value<VBuffer<byte>>(row, column, value => WriteAll(value, text)),
            VectorDataViewType => Value<VBuffer<float>>(row, column, value => WriteAll(value, text)),
            NumberDataViewType number when number == NumberDataViewType.Int32 => Value<int>(row, column, text.Write),
            _ => Value<float>(row, column, text.Write),
        };

    private static Action Value<T>(DataViewRow row, DataViewSchema.Column column, Action<T> write)
    {
        var read = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            read(ref value);
            write(value);
        };
    }

    private static void WriteAll<T>(VBuffer<T> value, BinaryWriter text) where T : struct
    {
        text.Write(value.Length);
        text.Write(MemoryMarshal.AsBytes<T>(value.ToValues()));
    }

    private static void WriteFile(string path, BinaryWriter text)
    {
        text.Write(path);
        try
        {
            FileSystemInfo file = new FileInfo(path);
            file = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            if (file is FileInfo { Exists: true } found)
            {
                text.Write(found.Length);
                text.Write(found.LastWriteTimeUtc.Ticks);
                return;
            }
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // LoadAudio will throw for it.
        }

        text.Write(-1L);
    }
}
