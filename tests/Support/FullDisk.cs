namespace AudioBsq.Tests;

/// <summary>A file whose disk has no room for more than some bytes.</summary>
internal sealed class FullDisk : MemoryStream
{
    private readonly int _room;

    public FullDisk(string path, int room)
    {
        File.WriteAllBytes(path, []);
        _room = room;
    }

    public override void Write(byte[] buffer, int offset, int count) // what the other ways to write come to
    {
        if (Length + count > _room) throw new IOException("No space left on device");
        base.Write(buffer, offset, count);
    }
}
