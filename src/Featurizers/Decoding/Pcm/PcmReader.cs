using System.Runtime.CompilerServices;
using AudioBsq.Signal;

namespace AudioBsq.Decoding;

/// <summary>
/// Samples without a header, from a stream that need not seek or end, as one channel for asynchronous code: each piece is given as soon as
/// its samples are there, and no thread waits for them where the stream can do without.
/// </summary>
/// <example>
/// <code>
/// using var tokenizer = model.CreateStreamingTokenizer();
/// var sound = PcmReader.ReadAsync(network, new PcmFormat { SampleRate = 48_000 }, model.Mel.SampleRate);
/// await foreach (int[] tokens in tokenizer.TokenizeAsync(sound)) Send(tokens);
/// </code>
/// </example>
public static class PcmReader
{
    /// <summary>Reads a stream from its position to its end; a <c>PipeReader</c> is one by its <c>AsStream</c>. It stays open.</summary>
    /// <param name="stream">The samples, frame after frame. It can be enumerated once.</param>
    /// <param name="format">What they are; channels are averaged.</param>
    /// <param name="sampleRate">Samples per second of the result, or null: as in the stream.</param>
    /// <param name="name">A name for messages.</param>
    /// <param name="cancellation">
    /// Ends the waiting at once. A stream that cannot be interrupted, such as standard input, may still be reading then: leave it alone.
    /// </param>
    /// <returns>
    /// Pieces of any length but 0, each an array of its own: together what <see cref="AudioFile.ReadBlocks(IAudioSource, string, int?)"/>
    /// gives for the same samples.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The format or the rate is out of range.</exception>
    /// <exception cref="InvalidDataException">
    /// While enumerating: the stream ends within a frame, or holds a sample that is not a finite number; what is before it was given.
    /// </exception>
    public static IAsyncEnumerable<ReadOnlyMemory<float>> ReadAsync(
        Stream stream, PcmFormat format, int? sampleRate = null, string name = "PCM stream", CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        AudioFile.CheckRate(sampleRate);
        var frames = new PcmFrames(format, name);
        int rate = frames.Format.SampleRate, wanted = sampleRate ?? rate;
        return Read(stream, frames, wanted == rate ? null : new StreamingResampler(rate, wanted), cancellation);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<float>> Read(
        Stream stream, PcmFrames frames, StreamingResampler? resampler, [EnumeratorCancellation] CancellationToken cancellation)
    {
        float[] interleaved = new float[frames.Most * frames.Format.Channels];
        while (true)
        {
            int got = await stream.ReadAsync(frames.Room(frames.Most), cancellation).AsTask().WaitAsync(cancellation).ConfigureAwait(false);
            frames.Add(got);
            if (got == 0) break;
            do
            {
                var mono = MonoBlocks.Mix(interleaved.AsSpan(0, frames.Take(interleaved)), frames.Format.Channels);
                float[] piece = resampler?.Accept(mono) ?? mono.ToArray();
                if (piece.Length > 0) yield return piece;
            }
            while (frames.Whole > 0); // a frame that is broken: the next one to be taken
        }

        if (resampler?.Flush() is { Length: > 0 } last) yield return last;
    }
}
