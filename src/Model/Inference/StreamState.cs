using System.Text;
using AudioBsq.Tokens;

namespace AudioBsq.Inference;

/// <summary>
/// The state of a stream as bytes: "absqs", a version, the kind of stream, the fingerprint of its model or vocoder, the state itself, and a
/// CRC-32 of all that. Values are little-endian.
/// </summary>
/// <param name="kind">The kind of stream, for messages too.</param>
/// <param name="fingerprint">
/// Gives the fingerprint of the stream's model or vocoder. Only called when it is needed, since it may take time.
/// </param>
internal sealed class StreamState(string kind, Func<string> fingerprint)
{
    private const byte Version = 1;
    private const int HeaderLength = 6, CrcLength = sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "absqs"u8;

    public byte[] Save(Action<BinaryWriter> save)
    {
        var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes, Encoding.UTF8);
        to.Write(Magic);
        to.Write(Version);
        to.Write(kind);
        to.Write(fingerprint());
        save(to);
        to.Write(Crc32.Of(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        return bytes.ToArray();
    }

    /// <param name="state">What <see cref="Save"/> returned.</param>
    /// <param name="restore">Reads the state itself.</param>
    /// <param name="reset">
    /// Called before, and again if restoring fails; null where <paramref name="restore"/> changes nothing when it fails.
    /// </param>
    /// <exception cref="InvalidDataException">
    /// The state is damaged, or of another kind of stream or another model; the message tells which.
    /// </exception>
    public void Restore(byte[] state, Action<BinaryReader> restore, Action? reset = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        reset?.Invoke();
        try
        {
            CheckEnvelope(state);
            Read(state, restore);
        }
        catch
        {
            reset?.Invoke();
            throw;
        }
    }

    private static void CheckEnvelope(byte[] state)
    {
        if (state.Length < HeaderLength + CrcLength || !state.AsSpan().StartsWith(Magic))
            throw new InvalidDataException("This is not the state of a stream.");
        byte version = state[Magic.Length];
        if (version != Version) throw new InvalidDataException($"The state has format {version}; this release reads format {Version}.");
        var content = state.AsSpan(..^CrcLength);
        if (Crc32.Of(content) != BitConverter.ToUInt32(state.AsSpan(content.Length)))
            throw new InvalidDataException("The state of the stream is damaged: its checksum does not match.");
    }

    private void Read(byte[] state, Action<BinaryReader> restore)
    {
        using var from = new BinaryReader(new MemoryStream(state, HeaderLength, state.Length - HeaderLength - CrcLength), Encoding.UTF8);
        try
        {
            string savedKind = from.ReadString(), savedModel = from.ReadString(), model = fingerprint();
            if (savedKind != kind) throw new InvalidDataException($"This is the state of a {savedKind}, not of a {kind}.");
            if (savedModel != model) throw new InvalidDataException($"The state is of model {savedModel}, not of this one, {model}.");
            restore(from);
            if (from.BaseStream.Position != from.BaseStream.Length)
                throw new InvalidDataException("The state of the stream is longer than it should be.");
        }
        catch (Exception cause) when (cause is EndOfStreamException or FormatException)
        {
            throw new InvalidDataException("The state of the stream ends too early.", cause);
        }
    }
}
