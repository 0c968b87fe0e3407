using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AudioBsq.Decoding;

/// <summary>A file that libsndfile has open, and the stream it reads from, which must live as long.</summary>
internal sealed class SoundFileHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    // What went wrong in an open that failed is kept in one place for the whole process.
    private static readonly Lock Opening = new();

    private GCHandle _stream;

    /// <summary>Opens the rest of a stream. Where libsndfile refuses, the error is its own code and text.</summary>
    public static SoundFileHandle? Open(SoundFileStream stream, out SoundFileNative.Info info, out (int Code, string Text) error)
    {
        (info, error) = (default, default);
        var callbacks = SoundFileStream.Callbacks;
        var pin = GCHandle.Alloc(stream);
        lock (Opening)
        {
            var file = SoundFileNative.sf_open_virtual(ref callbacks, SoundFileNative.Read, ref info, GCHandle.ToIntPtr(pin));
            if (!file.IsInvalid)
            {
                file._stream = pin;
                return file;
            }

            error = (SoundFileNative.sf_open_error(0), SoundFileNative.Text(SoundFileNative.sf_open_strerror(0)));
            file.Dispose();
        }

        pin.Free();
        return null;
    }

    protected override bool ReleaseHandle()
    {
        bool closed = SoundFileNative.sf_close(handle) == 0;
        _stream.Free();
        return closed;
    }
}
