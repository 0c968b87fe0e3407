using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using Tensorboard;

namespace AudioBsq.Cli.Training;

/// <summary>
/// An event file of TensorBoard: TFRecord frames (length, its checksum, data, its checksum; tensorflow/core/lib/io/record_writer.h), each
/// with an Event message, of the classes that TorchSharp carries. TorchSharp's own SummaryWriter is not used: it dates every event 1970,
/// and cannot tell TensorBoard that steps are repeated.
/// </summary>
internal sealed class TensorBoardFile : IDisposable
{
    private const int Rgba = 4;

    private readonly FileStream _file;

    /// <param name="folder">It is created if need be. TensorBoard reads its files in the order of their names, which begin with the
    /// time.</param>
    /// <param name="firstStep">Events of earlier files from this step on are no longer shown.</param>
    public TensorBoardFile(string folder, int firstStep)
    {
        Directory.CreateDirectory(folder);
        _file = new FileStream(NewName(folder), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        Write(new Event { FileVersion = "brain.Event:2" }, firstStep);
        // as PyTorch's purge_step
        Write(new Event { SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } }, firstStep);
        Flush();
    }

    /// <summary>Adds a point to a chart; charts of one group ("group/name") are shown together.</summary>
    public void AddScalar(string tag, double value, int step) =>
        Write(new Summary.Types.Value { Tag = tag, SimpleValue = (float)value }, step);

    /// <summary>Adds a picture, which is a PNG file in RGBA.</summary>
    public void AddImage(string tag, byte[] png, int width, int height, int step)
    {
        var image =
            new Summary.Types.Image { Height = height, Width = width, Colorspace = Rgba, EncodedImageString = ByteString.CopyFrom(png) };
        Write(new Summary.Types.Value { Tag = tag, Image = image }, step);
    }

    /// <summary>Lets readers see what was written.</summary>
    public void Flush() => _file.Flush();

    public void Dispose() => _file.Dispose();

    private void Write(Summary.Types.Value value, int step) => Write(new Event { Summary = new Summary { Value = { value } } }, step);

    private void Write(Event content, int step)
    {
        (content.WallTime, content.Step) = ((DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds, step);
        byte[] data = content.ToByteArray();
        Span<byte> length = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(length[8..], Checksum(length[..8]));
        _file.Write(length);
        _file.Write(data);
        BinaryPrimitives.WriteUInt32LittleEndian(length, Checksum(data));
        _file.Write(length[..4]);
    }

    // CRC-32C, rotated and shifted, because a plain one is weak for data that itself holds checksums.
    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte each in data) crc = BitOperations.Crc32C(crc, each);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }

    private static string NewName(string folder)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string name = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{now:D10}.audiobsq"));
        for (int i = 0; ; i++)
        {
            string numbered = string.Create(CultureInfo.InvariantCulture, $"{name}.{i:D3}");
            if (!File.Exists(numbered)) return numbered;
        }
    }
}
