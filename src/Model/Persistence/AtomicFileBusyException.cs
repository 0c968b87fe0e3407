namespace AudioBsq.Persistence;

/// <summary>Another process is writing the file that was to be written.</summary>
internal sealed class AtomicFileBusyException(string path, Exception cause)
    : IOException($"'{path}' is being written by another process.", cause)
{
    private const int WindowsSharing = unchecked((int)0x80070020), LinuxWouldBlock = 11, MacWouldBlock = 35;

    /// <summary>Whether a failure to open an unshared file means that another process has it open.</summary>
    public static bool IsMeantBy(IOException failure) => failure.HResult is WindowsSharing or LinuxWouldBlock or MacWouldBlock;
}
