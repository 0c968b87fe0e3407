using System.Text;
using AudioBsq.Tokens;

namespace AudioBsq.Inference;

/// <summary>
/// The state of a stream as bytes: "absqs" and a version, what kind of stream, the fingerprint of its model or vocoder, the state itself, and a CRC-32 of all that;
/// numbers are little-endian.
/// </summary>
internal static class StreamState
{
    private const byte Version = 1;

    private static ReadOnlySpan<byte> Magic => "absqs"u8;

    public static byte[] Save(string kind, string fingerprint, Action<BinaryWriter> save)
    {
        var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes, Encoding.UTF8);
        to.Write(Magic);
        to.Write(Version);
        to.Write(kind);
        to.Write(fingerprint);
        save(to);
        to.Write(Crc32.Of(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">It is damaged, or of another kind of stream or another model; the message says which.</exception>
    public static void Restore(byte[] state, string kind, string fingerprint, Action<BinaryReader> restore)
    {
        const int CrcLength = sizeof(uint);
        if (state.Length < Magic.Length + 1 + CrcLength || !state.AsSpan().StartsWith(Magic)) throw new InvalidDataException("This is not the state of a stream.");
        if (state[Magic.Length] != Version) throw new InvalidDataException($"The state has format {state[Magic.Length]}; this release reads format {Version}.");
        var content = state.AsSpan(..^CrcLength);
        if (Crc32.Of(content) != BitConverter.ToUInt32(state.AsSpan(content.Length))) throw new InvalidDataException("The state of the stream is damaged: its checksum does not fit.");
        using var from = new BinaryReader(new MemoryStream(state, Magic.Length + 1, content.Length - Magic.Length - 1), Encoding.UTF8);
        try
        {
            string savedKind = from.ReadString(), savedModel = from.ReadString();
            if (savedKind != kind) throw new InvalidDataException($"This is the state of a {savedKind}, not of a {kind}.");
            if (savedModel != fingerprint) throw new InvalidDataException($"The state is of model {savedModel}, not of this one, {fingerprint}.");
            restore(from);
            if (from.BaseStream.Position != from.BaseStream.Length) throw new InvalidDataException("The state of the stream has more bytes than it needs.");
        }
        catch (Exception cause) when (cause is EndOfStreamException or FormatException)
        {
            throw new InvalidDataException("The state of the stream ends too early.", cause);
        }
    }
}
