using AudioBsq.Distributed;
using AudioBsq.Native;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>Mel spectrograms of different lengths as one batch, padded with silence.</summary>
/// <param name="Mel">(batch, frames, values of a frame) in the unit of the mel column; frames is a multiple of the patch.</param>
/// <param name="ValidFrames">(batch, frames), true for valid frames; null when all are.</param>
/// <param name="ValidSteps">(batch, frames / patch), true for time steps with a valid frame; null when all are.</param>
/// <param name="Frames">Number of valid frames.</param>
/// <param name="Masked">The mel with masks on it, which the network gets instead; null for the mel itself.</param>
internal sealed record MelBatch(Tensor Mel, Tensor? ValidFrames, Tensor? ValidSteps, long Frames, Tensor? Masked = null)
{
    /// <summary>
    /// Pads clips (frames, <paramref name="bands"/>) to the longest, and at least to <paramref name="minFrames"/>, rounded up to whole
    /// patches.
    /// </summary>
    public static MelBatch Of(
        IReadOnlyList<ReadOnlyMemory<float>> clips, AudioBsqOptions options, int bands, Device device, int minFrames = 0)
    {
        using var scope = NewDisposeScope();
        int patch = options.PatchFrames;
        int[] lengths = [.. clips.Select(clip => clip.Length / bands)];
        int steps = options.StepsOf(Math.Max(minFrames, lengths.Max())), frames = steps * patch;

        var mel = empty([clips.Count, frames, bands], ScalarType.Float32);
        Fill(mel.Values<float>(), clips, frames * bands, options);

        var padded = mel.to(device);
        bool allFrames = lengths.All(length => length == frames) || options.Compatibility.PaddingTakesPart;
        bool allSteps = lengths.All(length => length > frames - patch) || options.Compatibility.PaddingTakesPart;
        var validFrames = allFrames ? null : Valid(lengths, frames, device);
        var validSteps = allSteps ? null : Valid([.. lengths.Select(options.StepsOf)], steps, device);

        return new MelBatch(
            padded.MoveToOuterDisposeScope(),
            validFrames?.MoveToOuterDisposeScope(),
            validSteps?.MoveToOuterDisposeScope(),
            lengths.Sum(length => (long)length));
    }

    /// <summary>The same for clips with the values that the model sees.</summary>
    public static MelBatch Of(IReadOnlyList<ReadOnlyMemory<float>> clips, AudioBsqOptions options, Device device) =>
        Of(clips, options, options.FrameValues, device);

    /// <summary>The clips of a batch that are a rank's, and its share of the frames.</summary>
    public MelBatch Part(RankGroup group)
    {
        var (start, count) = group.PartOf((int)Mel.shape[0]);
        Tensor? Of(Tensor? all) => all?.narrow(0, start, count);
        long FramesBefore(int clip) => Frames * clip / Mel.shape[0];
        return new MelBatch(
            Of(Mel)!, Of(ValidFrames), Of(ValidSteps), FramesBefore(start + count) - FramesBefore(start), Of(Masked));
    }

    /// <summary>Copies clips to rows of equal length, and pads them.</summary>
    public static void Fill(Span<float> rows, IReadOnlyList<ReadOnlyMemory<float>> clips, int length, AudioBsqOptions options)
    {
        for (int i = 0; i < clips.Count; i++)
        {
            var row = rows.Slice(i * length, length);
            clips[i].Span.CopyTo(row);
            row[clips[i].Length..].Fill(options.PaddingLevel);
        }
    }

    // (batch, count): true below each length
    private static Tensor Valid(int[] lengths, int count, Device device)
    {
        var ends = tensor(Array.ConvertAll(lengths, n => (long)n)).to(device).unsqueeze(1);
        return arange(Scalar(0), Scalar(count), One, device: device).unsqueeze(0) < ends;
    }
}
