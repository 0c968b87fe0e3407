using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace AudioBsq.Decoding;

/// <summary>
/// Lets libsndfile read a stream from its present position on. No exception may cross native code: the first one waits here.
/// </summary>
internal sealed unsafe class SoundFileStream(Stream stream)
{
    private readonly long _origin = stream.Position;
    private Exception? _fault;

    public static SoundFileNative.VirtualIo Callbacks =>
        new() { Length = &Length, Seek = &Seek, Read = &Read, Write = &Write, Tell = &Tell };

    /// <summary>Throws what the stream threw while libsndfile read from it.</summary>
    public void ThrowFault()
    {
        if (_fault is not null) ExceptionDispatchInfo.Throw(_fault);
    }

    private long Size => stream.Length - _origin;

    private long Position => stream.Position - _origin;

    private static SoundFileStream Of(nint user) => (SoundFileStream)GCHandle.FromIntPtr(user).Target!;

    private long Try(Func<long> action, long otherwise)
    {
        try
        {
            return action();
        }
        catch (Exception e)
        {
            _fault ??= e;
            return otherwise;
        }
    }

    private long ReadFully(byte* target, long count)
    {
        long done = 0;
        while (done < count)
        {
            int got = stream.Read(new Span<byte>(target + done, (int)Math.Min(count - done, 1 << 30)));
            if (got == 0) break;
            done += got;
        }

        return done;
    }

    /// <summary>No further than the end: a damaged file can name any place, and not every stream goes there.</summary>
    private long SeekTo(long offset, int from)
    {
        long target = unchecked(offset + from switch { 0 => _origin, 1 => stream.Position, _ => stream.Length });
        return target < _origin ? -1 : stream.Seek(Math.Min(target, stream.Length), SeekOrigin.Begin) - _origin;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Length(nint user)
    {
        var self = Of(user);
        return self.Try(() => self.Size, -1);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Seek(long offset, int from, nint user)
    {
        var self = Of(user);
        return self.Try(() => self.SeekTo(offset, from), -1);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Read(void* target, long count, nint user)
    {
        var self = Of(user);
        return self.Try(() => self.ReadFully((byte*)target, count), 0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Write(void* source, long count, nint user) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Tell(nint user)
    {
        var self = Of(user);
        return self.Try(() => self.Position, -1);
    }
}
