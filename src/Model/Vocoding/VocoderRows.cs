using AudioBsq.Signal;

namespace AudioBsq.Vocoding;

/// <summary>
/// Turns clips into rows, one for each frame: its mel power, and the samples from its centre to the next frame's. So a crop of rows has mel
/// and sound in step. A clip shorter than a crop is followed by silence.
/// </summary>
internal sealed class VocoderRows(VocoderTrainingData data, MelOptions mel, int minFrames)
{
    private readonly MelSpectrogram _spectrogram = new(mel);

    /// <summary>Values in a row.</summary>
    public int Width => mel.Bands + mel.HopLength;

    /// <summary>The clips of one pass, each (frames, <see cref="Width"/>).</summary>
    public IEnumerable<float[]> OnePass(int pass, CancellationToken cancellation)
    {
        int number = 0;
        foreach (var clip in data.Clips(pass))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Rows(clip, number++);
        }
    }

    private float[] Rows(VocoderClip clip, int number)
    {
        float[] power = Power(clip, number);
        int frames = clip.Waveform.Length / mel.HopLength, all = frames == 0 ? 0 : Math.Max(frames, minFrames);
        float[] rows = new float[all * Width];
        for (int frame = 0; frame < frames; frame++)
        {
            var row = rows.AsSpan(frame * Width, Width);
            power.AsSpan(frame * mel.Bands, mel.Bands).CopyTo(row);
            clip.Waveform.AsSpan(frame * mel.HopLength, mel.HopLength).CopyTo(row[mel.Bands..]);
        }

        return rows;
    }

    private float[] Power(VocoderClip clip, int number)
    {
        try
        {
            if (clip.Mel is null) return ToPower(_spectrogram.Extract(clip.Waveform));
            Samples.Require(clip.Waveform);
            Check.That(clip.Mel.Length % mel.Bands == 0, clip.Mel.Length, $"must be a multiple of {mel.Bands} bands", "Mel");
            int frames = clip.Mel.Length / mel.Bands, needed = clip.Waveform.Length / mel.HopLength;
            Check.That(frames >= needed, frames, $"must be at least {needed} frames for {clip.Waveform.Length} samples", "Mel");
            return ToPower([.. clip.Mel]);
        }
        catch (ArgumentException rule)
        {
            throw new InvalidDataException($"Training clip {number}: {rule.Message}", rule);
        }
    }

    private float[] ToPower(float[] levels)
    {
        MelLevels.ToPower(levels, mel, MelLevels.FloorOf(levels, mel));
        return levels;
    }
}
