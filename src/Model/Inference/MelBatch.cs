using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;

namespace AudioBsq.Inference;

/// <summary>Mel spectrograms of different lengths side by side: padded with silence, and which of it is real.</summary>
/// <param name="Mel">(batch, frames, bands) in the unit of the mel column; frames is a multiple of the patch.</param>
/// <param name="ValidFrames">(batch, frames) true where a frame is real; null when all are.</param>
/// <param name="ValidSteps">(batch, frames / patch) true where a patch holds a real frame; null when all do.</param>
/// <param name="Frames">Real frames.</param>
/// <param name="Masked">What the network is shown in place of the mel; null for the mel itself.</param>
internal sealed record MelBatch(Tensor Mel, Tensor? ValidFrames, Tensor? ValidSteps, long Frames, Tensor? Masked = null)
{
    /// <summary>Pads clips (frames, bands) to the longest, rounded up to whole patches.</summary>
    public static MelBatch Of(IReadOnlyList<ReadOnlyMemory<float>> clips, AudioBsqOptions options, Device device)
    {
        using var scope = NewDisposeScope();
        int patch = options.PatchFrames, bands = options.Bands;
        int[] lengths = [.. clips.Select(clip => clip.Length / bands)];
        int steps = options.StepsOf(lengths.Max()), frames = steps * patch;

        float[] mel = new float[clips.Count * frames * bands];
        // The published version pads with 0, which in decibels is loud; silence is the floor.
        if (!options.Compatibility.PaddingTakesPart) Array.Fill(mel, options.MinLevel);
        for (int i = 0; i < clips.Count; i++) clips[i].Span.CopyTo(mel.AsSpan(i * frames * bands));

        var padded = tensor(mel, [clips.Count, frames, bands]).to(device);
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

    // (batch, count): true below each length
    private static Tensor Valid(int[] lengths, int count, Device device) =>
        arange(Number(0), Number(count), One, device: device).unsqueeze(0) < tensor(Array.ConvertAll(lengths, n => (long)n)).to(device).unsqueeze(1);
}
