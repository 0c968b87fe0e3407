using AudioBsq.Networks;
using AudioBsq.Quantization;

namespace AudioBsq;

/// <summary>
/// Everything that decides what an <c>AudioBsqModel</c> computes, except its weights. Immutable; a saved model contains it. <c>T</c> is the
/// number of frames, <c>M</c> the number of bands.
/// </summary>
public sealed record AudioBsqOptions
{
    /// <summary>Bands of the mel spectrogram; a multiple of <see cref="PatchBands"/>.</summary>
    public int Bands { get; init; } = 128;

    /// <summary>
    /// Frames that the network processes at once; a multiple of <see cref="PatchFrames"/>. Longer input is cut into windows of this length,
    /// unless the model <see cref="IsCausal"/>.
    /// </summary>
    public int WindowFrames { get; init; } = 1024;

    /// <summary>
    /// Frames on each side of a window that only give context: the network sees them, but their results come from the neighbouring windows.
    /// A multiple of <see cref="PatchFrames"/>, below half of <see cref="WindowFrames"/>. There is no context beyond the ends of a clip.
    /// </summary>
    public int ContextFrames { get; init; }

    /// <summary>Frames in one patch.</summary>
    public int PatchFrames { get; init; } = 16;

    /// <summary>Bands in one patch.</summary>
    public int PatchBands { get; init; } = 16;

    /// <summary>
    /// Windows of the mel column that the encoder sees, from 1 to 8: the main one and the first of <c>MelOptions.ExtraWindows</c>, as
    /// channels of a patch. The main one is reconstructed.
    /// </summary>
    public int InputScales { get; init; } = 1;

    /// <summary>Lowest level that the model can reconstruct, in the unit of the mel column (decibels by default).</summary>
    public float MinLevel { get; init; } = -80;

    /// <summary>Highest level that the model can reconstruct.</summary>
    public float MaxLevel { get; init; }

    /// <summary>Mel to latents.</summary>
    public NetworkOptions Encoder { get; init; } = new();

    /// <summary>Codes to mel; like <see cref="Encoder"/> when null.</summary>
    public NetworkOptions? Decoder { get; init; }

    /// <summary>Latents to codes.</summary>
    public QuantizerOptions Quantizer { get; init; } = new();

    /// <summary>Which of the published version's defects to reproduce.</summary>
    public Compatibility Compatibility { get; init; } = Compatibility.Corrected;

    /// <summary>For tests and samples on two cores: 18 bits, width 128, 2 + 2 layers, windows of 256 frames.</summary>
    public static AudioBsqOptions Tiny { get; } = new()
    {
        WindowFrames = 256,
        Encoder = new NetworkOptions { Width = 128, Layers = 2, Heads = 4, HeadWidth = 512 },
        Quantizer = new QuantizerOptions { Bits = 18 },
    };

    /// <summary>The published small variant: 9 bits, width 512, 6 + 6 layers, 8 heads.</summary>
    public static AudioBsqOptions Small { get; } = Variant(9, 512, 6, 8);

    /// <summary>The published standard variant: 18 bits, width 768, 12 + 12 layers, 12 heads.</summary>
    public static AudioBsqOptions Standard { get; } = Variant(18, 768, 12, 12);

    /// <summary>The published large variant: 36 bits, width 1024, 24 + 24 layers, 16 heads.</summary>
    public static AudioBsqOptions Large { get; } = Variant(36, 1024, 24, 16);

    /// <summary>The decoder's options: <see cref="Decoder"/>, or those of the encoder when it is null.</summary>
    public NetworkOptions EffectiveDecoder => Decoder ?? Encoder;

    /// <summary>
    /// Whether tokens depend only on earlier frames, so that a stream may go on without end: encoder and decoder have a causal mask, and no
    /// <see cref="Compatibility"/> flag undoes it. Such a model is not cut into windows.
    /// </summary>
    public bool IsCausal => !Compatibility.LearnedPositions && LooksBackOnly(Encoder) && LooksBackOnly(EffectiveDecoder);

    /// <summary>Patches side by side in one time step.</summary>
    public int PatchesPerStep => Bands / PatchBands;

    /// <summary>Bits in one token: all bits of a code up to 30, otherwise one group's.</summary>
    public int BitsPerToken => Quantizer.BitsPerToken;

    /// <summary>Tokens of one code: 1 up to 30 bits, otherwise the number of groups, in order.</summary>
    public int TokensPerPosition => Quantizer.Bits / BitsPerToken;

    /// <summary>Tokens of a mel spectrogram of <paramref name="frames"/> frames; a partial last patch gives tokens too.</summary>
    public int TokensOf(int frames) => StepsOf(frames) * TokensPerStep;

    /// <summary>The level that fills up clips: the lowest, or 0 as the published version has it, a loud level in decibels.</summary>
    internal float PaddingLevel => Compatibility.PaddingTakesPart ? 0 : MinLevel;

    /// <summary>Values of a frame that the encoder sees.</summary>
    internal int FrameValues => Bands * InputScales;

    /// <summary>Values of a patch that the encoder sees.</summary>
    internal int InputPatchValues => PatchFrames * PatchBands * InputScales;

    /// <summary>Tokens of one time step.</summary>
    internal int TokensPerStep => PatchesPerStep * TokensPerPosition;

    /// <summary>Time steps of a number of frames; a partial last step is one too.</summary>
    internal int StepsOf(int frames) => (frames + PatchFrames - 1) / PatchFrames;

    /// <summary>The blocks of one half.</summary>
    internal NetworkOptions BlocksOf(ModelParts half) => half == ModelParts.Encoder ? Encoder : EffectiveDecoder;

    /// <summary>Time steps of a full window.</summary>
    internal int WindowSteps => WindowFrames / PatchFrames;

    /// <summary>Positions of a full window.</summary>
    internal int WindowPositions => WindowSteps * PatchesPerStep;

    /// <summary><see cref="ContextFrames"/> in time steps.</summary>
    internal int ContextSteps => ContextFrames / PatchFrames;

    /// <summary>Time steps of a full window whose results are kept.</summary>
    internal int KeptSteps => WindowSteps - 2 * ContextSteps;

    /// <summary>Earlier time steps that a patch attends to, where the mask is causal.</summary>
    internal int PastStepsOf(NetworkOptions network) => network.PastSteps ?? WindowSteps - 1;

    /// <summary>Earlier time steps that a step depends on through all blocks, where the mask is causal.</summary>
    internal long ReachOf(NetworkOptions network)
    {
        int convolution = network.UseConvModule ? network.ConvKernelSize - 1 : 0;
        return (long)network.Layers * (PastStepsOf(network) + convolution);
    }

    /// <summary>
    /// Rows of the learned position table: one for each position of a window in
    /// the published version, otherwise one for each patch of a time step.
    /// </summary>
    internal long PositionVectors => Compatibility.LearnedPositions ? (long)WindowSteps * PatchesPerStep : PatchesPerStep;

    /// <summary>Level units in one network unit: half the level range, or 1 when the input is not scaled.</summary>
    internal double LevelsPerUnit => Compatibility.UnscaledInput ? 1 : (MaxLevel - (double)MinLevel) / 2;

    internal void Validate()
    {
        Check.That(
            PatchBands > 0 && Bands > 0 && Bands % PatchBands == 0, Bands, $"must be a positive multiple of PatchBands ({PatchBands})");
        Check.That(
            PatchFrames > 0 && WindowFrames > 0 && WindowFrames % PatchFrames == 0, WindowFrames,
            $"must be a positive multiple of PatchFrames ({PatchFrames})");
        Check.That(
            ContextFrames >= 0 && ContextFrames % PatchFrames == 0 && 2L * ContextFrames < WindowFrames, ContextFrames,
            $"must be a multiple of PatchFrames ({PatchFrames}) from 0 to below half of WindowFrames ({WindowFrames})");
        Check.That(InputScales is >= 1 and <= 8, InputScales, "must be from 1 to 8");
        Check.That(
            float.IsFinite(MinLevel) && float.IsFinite(MaxLevel) && MinLevel < MaxLevel, MinLevel, $"must be below MaxLevel ({MaxLevel})");
        ArgumentNullException.ThrowIfNull(Encoder);
        ArgumentNullException.ThrowIfNull(Quantizer);
        ArgumentNullException.ThrowIfNull(Compatibility);
        Validate(Encoder, nameof(Encoder));
        if (Decoder is not null) Validate(Decoder, nameof(Decoder));
        Quantizer.Validate();
    }

    private bool LooksBackOnly(NetworkOptions network) => network.Mask != AttentionMask.None
        && !(network.Mask == AttentionMask.BlockCausal && Compatibility.AdditiveBlockCausalMask)
        && !(network.UseConvModule && (Compatibility.LeakyCausalConvolution || (Compatibility.RasterConvolution && PatchesPerStep > 1)));

    private void Validate(NetworkOptions network, string name)
    {
        network.Validate(name);
        Check.That(
            Compatibility.LearnedPositions || network.Width / network.Heads % 2 == 0, network.Width,
            $"must give each of the {network.Heads} heads an even number of channels, which rotary positions rotate in pairs",
            $"{name}.{nameof(network.Width)}");
    }

    private static AudioBsqOptions Variant(int bits, int width, int layers, int heads) => new()
    {
        Encoder = new NetworkOptions { Width = width, Layers = layers, Heads = heads },
        Quantizer = new QuantizerOptions { Bits = bits, GroupSize = 9 },
    };
}
