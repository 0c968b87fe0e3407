namespace AudioBsq.Native;

/// <summary>Torch's native libraries cannot be loaded on this machine. The message says what is missing and how to get it.</summary>
internal sealed class TorchLoadException : DllNotFoundException
{
    /// <summary>An exception whose message says what is missing and what to do.</summary>
    public TorchLoadException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
