using AudioBsq.Distributed;
using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>
/// The batches of one step after another: random crops, with masks if the options ask for them. Ranks that train together all read the same
/// crops, and each has its part of every batch.
/// </summary>
internal sealed class BatchSource : IDisposable
{
    private readonly int _bands; // of a frame, in all its windows
    private readonly AudioBsqOptions _model;
    private readonly TrainingOptions _options;
    private readonly Device _device;
    private readonly SpecAugment? _augment;
    private readonly ClipPasses _clips;
    private readonly CropSampler _sampler;
    private readonly IEnumerator<float[]> _crops;

    public BatchSource(
        TrainingData data, int bands, AudioBsqOptions model, TrainingOptions options, Device device,
        SamplerPosition from, CancellationToken cancellation = default)
    {
        (_bands, _model, _options, _device) = (bands, model, options, device);
        int crop = model.StepsOf(options.CropFrames ?? model.WindowFrames) * model.PatchFrames;
        Check.That(
            crop <= model.WindowFrames, crop, $"must be at most the model's window of {model.WindowFrames} frames",
            nameof(TrainingOptions.CropFrames));
        if (options.Augmentation is { } augmentation)
            _augment = new SpecAugment(augmentation, model.Bands, model.MinLevel, bands / model.Bands);
        _clips = new ClipPasses(data, from.Pass, options.ReadAheadClips, cancellation);
        _sampler = new CropSampler(_ => _clips.Next(), bands, crop, options.Seed, options.CropCandidates);
        _crops = _sampler.Crops(from).GetEnumerator();
    }

    /// <summary>The position after the last crop of the last step.</summary>
    public SamplerPosition Position => _sampler.Position;

    /// <summary>The current pass over the data, from 1.</summary>
    public int Epoch => _sampler.Epoch;

    /// <summary>Frames of the last step, of all ranks.</summary>
    public long Frames { get; private set; }

    /// <summary>The batches of a step. Their tensors belong to the caller's dispose scope.</summary>
    public IReadOnlyList<MelBatch> Next(int step)
    {
        Frames = 0;
        var random = new Random(StepSeed.Of(_options.Seed, step, part: -1));
        return [.. Enumerable.Range(0, _options.AccumulateBatches).Select(_ => Batch(random))];
    }

    public void Dispose()
    {
        _crops.Dispose();
        _clips.Dispose();
    }

    private MelBatch Batch(Random random)
    {
        var crops = new ReadOnlyMemory<float>[_options.BatchSize];
        for (int i = 0; i < crops.Length && _crops.MoveNext(); i++) crops[i] = _crops.Current;
        Frames += crops.Sum(crop => crop.Length / _bands);
        int longest = crops.Max(crop => crop.Length / _bands); // tensors of all ranks have one shape
        var batch = MelBatch.Of(OwnPart(crops), _model, _bands, _device, longest);
        if (_augment is null) return batch;

        var copies = Array.ConvertAll(crops, crop => (ReadOnlyMemory<float>)_augment.Mask(crop.Span, random));
        var masked = MelBatch.Of(OwnPart(copies), _model, _bands, _device, longest);
        return _options.Augmentation!.MaskTarget ? masked : batch with { Masked = masked.Mel };
    }

    private static ArraySegment<ReadOnlyMemory<float>> OwnPart(ReadOnlyMemory<float>[] crops)
    {
        var (start, count) = RankGroup.Current.PartOf(crops.Length);
        return new ArraySegment<ReadOnlyMemory<float>>(crops, start, count);
    }
}
