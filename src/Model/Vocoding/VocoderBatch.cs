using AudioBsq.Distributed;
using AudioBsq.Signal;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>A batch of crops of equal length: the network's inputs, and the sound that it should synthesize.</summary>
/// <param name="Levels">(crops, frames, bands), scaled by <see cref="VocoderInput"/>.</param>
/// <param name="LogMagnitude">(crops, frames, bins)</param>
/// <param name="Sound">(crops, samples), from the centre of the first frame to that of the last.</param>
internal sealed record VocoderBatch(Tensor Levels, Tensor LogMagnitude, Tensor Sound)
{
    /// <summary>This rank's part of a batch.</summary>
    /// <param name="crops">Crops of <see cref="VocoderRows"/>, of all ranks.</param>
    /// <param name="vocoder">The vocoder that gets the batch.</param>
    /// <param name="options">Has the seed and the range of random gains.</param>
    /// <param name="step">The training step; with the seed it determines the gains.</param>
    public static VocoderBatch Of(IReadOnlyList<float[]> crops, NeuralVocoder vocoder, VocoderTrainingOptions options, int step)
    {
        using var scope = NewDisposeScope();
        MelOptions mel = vocoder.Mel;
        var random = new Random(StepSeed.Of(options.Seed, step));
        double[] gains = [.. crops.Select(_ => options.GainDecibels * (2 * random.NextDouble() - 1))];
        var (start, count) = RankGroup.Current.PartOf(crops.Count);
        crops = [.. crops.Skip(start).Take(count)];
        int width = mel.Bands + mel.HopLength, frames = crops[0].Length / width, samples = (frames - 1) * mel.HopLength;
        float[] power = new float[crops.Count * frames * mel.Bands], sound = new float[crops.Count * samples];
        for (int crop = 0; crop < crops.Count; crop++)
        {
            float gain = MathF.Pow(10, (float)(gains[start + crop] / 20));
            for (int frame = 0; frame < frames; frame++)
            {
                var row = crops[crop].AsSpan(frame * width, width);
                Scale(row[..mel.Bands], gain * gain, power.AsSpan((crop * frames + frame) * mel.Bands));
                if (frame < frames - 1) Scale(row[mel.Bands..], gain, sound.AsSpan(crop * samples + frame * mel.HopLength));
            }
        }

        var inputs = vocoder.Input.Of(power);
        var levels = tensor(inputs.Levels, [crops.Count, frames, mel.Bands]).to(vocoder.Device);
        var magnitude = tensor(inputs.LogMagnitude, [crops.Count, frames, mel.FftLength / 2 + 1]).to(vocoder.Device);
        var target = tensor(sound, [crops.Count, samples]).to(vocoder.Device);
        return new VocoderBatch(levels.MoveToOuterDisposeScope(), magnitude.MoveToOuterDisposeScope(), target.MoveToOuterDisposeScope());
    }

    /// <summary>The crops of a batch that are a rank's.</summary>
    public VocoderBatch Part(RankGroup group)
    {
        var (start, count) = group.PartOf((int)Sound.shape[0]);
        return new VocoderBatch(Levels.narrow(0, start, count), LogMagnitude.narrow(0, start, count), Sound.narrow(0, start, count));
    }

    private static void Scale(ReadOnlySpan<float> values, float gain, Span<float> target) =>
        System.Numerics.Tensors.TensorPrimitives.Multiply(values, gain, target);
}
