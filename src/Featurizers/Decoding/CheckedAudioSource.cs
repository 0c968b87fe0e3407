using System.Numerics.Tensors;
using AudioBsq.Signal;

namespace AudioBsq.Decoding;

/// <summary>
/// Checks every decoder, ours or a user's, by the same rules: possible format, whole frames, finite samples of a possible size, and as
/// many frames as declared.
/// </summary>
internal sealed class CheckedAudioSource : IAudioSource
{
    public const int MaxRate = 768_000;
    public const int MaxChannels = 256;

    private readonly IAudioSource _source;
    private readonly Stream? _owned;
    private readonly string _name;
    private long _frames;

    /// <summary>Wraps a source, and the stream below it if that is to be closed with it.</summary>
    public CheckedAudioSource(IAudioSource source, string name, Stream? owned)
    {
        (_source, _name, _owned, Format) = (source, name, owned, source.Format);
        if (Format.SampleRate is < 1 or > MaxRate)
            throw Broken($"declares {Format.SampleRate} Hz; the rate must be from 1 to {MaxRate}");
        if (Format.Channels is < 1 or > MaxChannels)
            throw Broken($"declares {Format.Channels} channels; there must be 1 to {MaxChannels}");
        if (Format.Frames < 0) throw Broken($"declares {Format.Frames} frames");
        if (Format.LfeChannel is { } lfe && (lfe < 0 || lfe >= Format.Channels || Format.Channels == 1))
            throw Broken($"declares channel {lfe} of {Format.Channels} as that of low frequencies");
    }

    public AudioFormat Format { get; }

    /// <summary>What is not as it should be in a file that can be read all the same, or null.</summary>
    public string? Warning => (_source as OggSource)?.Warning;

    /// <summary>False where a sample is NaN or infinite: the largest magnitude then is, too.</summary>
    public static bool AllFinite(ReadOnlySpan<float> samples) => samples.IsEmpty || float.IsFinite(TensorPrimitives.MaxMagnitude(samples));

    public int Read(Span<float> interleaved)
    {
        Check.That(
            interleaved.Length >= Format.Channels,
            interleaved.Length,
            $"must hold at least one frame of {Format.Channels} samples",
            nameof(interleaved));
        int count = _source.Read(interleaved);
        bool isWhole = count >= 0 && count <= interleaved.Length && count % Format.Channels == 0;
        if (!isWhole)
        {
            throw new InvalidOperationException(
                $"The decoder of '{_name}' gave {count} numbers for room of {interleaved.Length} and {Format.Channels} channels.");
        }

        if (!Samples.AreValid(interleaved[..count])) throw Absurd(interleaved[..count]);
        _frames += count / Format.Channels;
        if (count == 0 && _frames < Format.Frames)
        {
            double seconds = (double)_frames / Format.SampleRate;
            throw Broken(
                $"is truncated or damaged: {_frames} of {Format.Frames} frames ({seconds:0.###} of {Format.Seconds:0.###} s) could be "
                + "decoded");
        }

        if (_frames > Format.Frames) throw Broken($"holds more than the {Format.Frames} frames it declares");
        return count;
    }

    public void Dispose()
    {
        _source.Dispose();
        _owned?.Dispose();
    }

    private InvalidDataException Absurd(ReadOnlySpan<float> samples)
    {
        int at = 0;
        while (Samples.AreValid(samples.Slice(at, 1))) at++;
        return Broken(
            $"holds {samples[at]} in frame {_frames + at / Format.Channels}, channel {at % Format.Channels + 1} of {Format.Channels}; "
            + "samples must be finite numbers within ±1e10");
    }

    private InvalidDataException Broken(string what) => new($"'{_name}' ({Format.Codec}) {what}.");
}
