using NVorbis;
using NVorbis.Contracts;

namespace AudioBsq.Decoding;

/// <summary>Hands NVorbis the packets that were added, and no more.</summary>
internal sealed class VorbisPackets : NVorbis.Contracts.IPacketProvider
{
    private readonly Queue<ReadOnlyMemory<byte>> _packets = [];

    /// <summary>Whether NVorbis asked for a packet too many: one before it gave fewer samples than it should.</summary>
    public bool IsStarved { get; private set; }

    public bool CanSeek => false;

    public int StreamSerial => 0;

    /// <summary>Adds a packet; its bytes must stay until they are decoded.</summary>
    public void Add(ReadOnlyMemory<byte> packet) => _packets.Enqueue(packet);

    public IPacket? GetNextPacket()
    {
        IsStarved = _packets.Count == 0;
        return IsStarved ? null : new Packet(_packets.Dequeue());
    }

    public IPacket? PeekNextPacket() => _packets.Count == 0 ? null : new Packet(_packets.Peek());

    public long SeekTo(long granulePos, int preRoll, GetPacketGranuleCount getPacketGranuleCount) =>
        throw new NotSupportedException("Packets are read from front to back.");

    public long GetGranuleCount() => throw new NotSupportedException("Packets are read from front to back.");

    private sealed class Packet(ReadOnlyMemory<byte> bytes) : DataPacket
    {
        private int _at;

        protected override int TotalBits => bytes.Length * 8;

        public override void Reset()
        {
            _at = 0;
            base.Reset();
        }

        protected override int ReadNextByte() => _at < bytes.Length ? bytes.Span[_at++] : -1;
    }
}
