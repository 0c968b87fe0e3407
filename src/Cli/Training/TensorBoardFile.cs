using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace AudioBsq.Cli.Training;

/// <summary>
/// An event file of TensorBoard: TFRecord frames (length, its checksum, data, its checksum; tensorflow/core/lib/io/record_writer.h), each an Event
/// message (tensorflow/core/util/event.proto). TorchSharp's SummaryWriter is not used: it dates every event 1970, and cannot tell TensorBoard
/// that steps are taken again.
/// </summary>
internal sealed class TensorBoardFile : IDisposable
{
    private readonly FileStream _file;

    /// <param name="folder">It is made if need be. TensorBoard reads its files in the order of their names, which begin with the time.</param>
    /// <param name="firstStep">Events of earlier files from this step on are no longer shown.</param>
    public TensorBoardFile(string folder, int firstStep)
    {
        Directory.CreateDirectory(folder);
        _file = new FileStream(NewName(folder), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        Write(new TensorBoardMessage().Text(3, "brain.Event:2"), firstStep);
        Write(new TensorBoardMessage().Message(7, new TensorBoardMessage().Whole(1, 1)), firstStep); // SessionLog.START, as PyTorch's purge_step
        Flush();
    }

    /// <summary>A point of a chart; charts of one group ("group/name") stand together.</summary>
    public void Scalar(string tag, double value, int step) => Summary(new TensorBoardMessage().Text(1, tag).Single(2, (float)value), step);

    /// <summary>A picture that is a PNG file in RGBA.</summary>
    public void Image(string tag, byte[] png, int width, int height, int step) =>
        Summary(new TensorBoardMessage().Text(1, tag).Message(4, new TensorBoardMessage().Whole(1, height).Whole(2, width).Whole(3, 4).Bytes(4, png)), step);

    /// <summary>What was written can be read from here on.</summary>
    public void Flush() => _file.Flush();

    public void Dispose() => _file.Dispose();

    private void Summary(TensorBoardMessage value, int step) => Write(new TensorBoardMessage().Message(5, new TensorBoardMessage().Message(1, value)), step);

    private void Write(TensorBoardMessage content, int step)
    {
        double now = (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds;
        byte[] data = [.. new TensorBoardMessage().Double(1, now).Whole(2, step).ToArray(), .. content.ToArray()];
        Span<byte> length = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(length[8..], Checksum(length[..8]));
        _file.Write(length);
        _file.Write(data);
        BinaryPrimitives.WriteUInt32LittleEndian(length, Checksum(data));
        _file.Write(length[..4]);
    }

    // CRC-32C, rotated and shifted: a checksum of data that holds checksums would be weak.
    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte each in data) crc = BitOperations.Crc32C(crc, each);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }

    private static string NewName(string folder)
    {
        string name = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeSeconds():D10}.audiobsq"));
        for (int i = 0; ; i++)
        {
            string numbered = string.Create(CultureInfo.InvariantCulture, $"{name}.{i:D3}");
            if (!File.Exists(numbered)) return numbered;
        }
    }
}
