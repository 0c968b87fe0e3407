using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Quantization;
using AudioBsq.Signal;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Persistence;

/// <summary>
/// A model in memory: a network on a device, the mel spectrograms that it is made for, and which of its halves have weights. All code that
/// runs or saves a model uses this.
/// </summary>
internal sealed class ModelContent : IDisposable
{
    private readonly AudioBsqNetwork _network;
    private string? _fingerprint;
    private bool _disposed;

    public ModelContent(
        AudioBsqNetwork network, MelOptions mel, Device device, ModelParts parts = ModelParts.All, string? absentHash = null)
    {
        (_network, Mel, Device, Parts, AbsentHash) = (network, mel, device, parts, absentHash);
        _network.to(device);
        _network.eval();
    }

    public AudioBsqNetwork Network
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _network;
        }
    }

    public AudioBsqOptions Options => _network.Options;

    public Quantizer Quantizer => _network.Quantizer;

    public MelOptions Mel { get; }

    public Device Device { get; }

    /// <summary>The halves that have weights.</summary>
    public ModelParts Parts { get; }

    /// <summary>SHA-256 of the missing half's weights; null for a whole model.</summary>
    public string? AbsentHash { get; }

    /// <summary><see cref="ModelFingerprint"/>, computed at the first call.</summary>
    public string Fingerprint => _fingerprint ??= ModelFingerprint.Of(this);

    /// <summary>A network with random weights.</summary>
    /// <exception cref="ArgumentException">The options are invalid, or do not fit the mel spectrograms.</exception>
    public static ModelContent Create(AudioBsqOptions options, MelOptions mel, int seed, string device)
    {
        CheckFit(options, mel);
        mel = mel.WithScales(options.InputScales);
        var place = TorchDevice.Resolve(device);
        using var generator = new SeededGenerator(seed);
        return new ModelContent(new AudioBsqNetwork(options), mel, place);
    }

    /// <exception cref="ArgumentException">The options are invalid, or do not fit the mel spectrograms.</exception>
    public static void CheckFit(AudioBsqOptions options, MelOptions mel)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(mel);
        options.Validate();
        mel.Validate();
        Check.That(mel.Bands == options.Bands, options.Bands, $"must equal the {mel.Bands} bands of the mel spectrogram");
        Check.That(
            mel.Scales >= options.InputScales, options.InputScales,
            $"must be at most the number of the mel spectrogram's windows, which is {mel.Scales}: add to "
            + $"{nameof(MelOptions.ExtraWindows)}");
    }

    /// <summary>One half of a whole model, over the same network: this one must not be used or disposed afterwards.</summary>
    public ModelContent Half(ModelParts part) =>
        new(_network, Mel, Device, part, ModelFingerprint.HashOf(_network, ModelParts.All & ~part));

    /// <exception cref="NotSupportedException">
    /// The model lacks the weights of <paramref name="part"/>, which it needs to <paramref name="verb"/>.
    /// </exception>
    public void Require(ModelParts part, string verb)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!Parts.HasFlag(part))
        {
            throw new NotSupportedException(
                $"This model was saved as {Parts} only and cannot {verb}. Save the whole tokenizer to do both.");
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _network.Dispose();
    }
}
