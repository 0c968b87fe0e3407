namespace AudioBsq.Decoding;

/// <summary>Sound that is read from front to back. Not thread safe.</summary>
public interface IAudioSource : IDisposable
{
    /// <summary>Rate, channels and declared length.</summary>
    AudioFormat Format { get; }

    /// <summary>
    /// Decodes the next samples, frame after frame, nominally from −1 to 1, and returns how many samples were written: a multiple
    /// of the channel count, or 0 at the end. <paramref name="interleaved"/> must have room for one frame.
    /// </summary>
    /// <exception cref="InvalidDataException">What follows is damaged or missing.</exception>
    int Read(Span<float> interleaved);
}
