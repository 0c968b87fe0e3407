using AudioBsq.Signal;

namespace AudioBsq.Tokens;

/// <summary>Describes the tokens of a container: which model made them, and which time they belong to.</summary>
public sealed record TokenHeader
{
    /// <summary>The largest size of a model's name, in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 256;

    /// <summary>The largest number of <see cref="Metadata"/> entries.</summary>
    public const int MaxMetadata = 64;

    /// <summary>The largest size of a metadata key, in bytes of UTF-8; the smallest is 1.</summary>
    public const int MaxKeyBytes = 64;

    /// <summary>The largest size of a metadata value, in bytes of UTF-8.</summary>
    public const int MaxValueBytes = 4096;

    /// <summary>The model's <see cref="AudioBsqModel.Fingerprint"/>: 32 hexadecimal digits in lower case.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The model's name, for messages only; empty where it was lost.</summary>
    public string ModelName { get; init; } = "";

    /// <summary>Sample rate of the model's input, in Hz.</summary>
    public required int SampleRate { get; init; }

    /// <summary>Samples from one frame to the next, 1 to 65,536.</summary>
    public required int HopLength { get; init; }

    /// <summary>Frames in one time step, 1 to 65,535.</summary>
    public required int FramesPerStep { get; init; }

    /// <summary>Tokens in one time step, 1 to 65,535.</summary>
    public required int TokensPerStep { get; init; }

    /// <summary>Tokens are from 0 to 2^bits − 1; 1 to 30.</summary>
    public required int BitsPerToken { get; init; }

    /// <summary>
    /// Time steps in one chunk, 1 to 65,535: one damaged byte costs one chunk. A chunk has at most 65,535 bytes of packed tokens.
    /// </summary>
    public required int StepsPerChunk { get; init; }

    /// <summary>How the tokens are stored.</summary>
    public TokenCoding Coding { get; init; } = TokenCoding.Entropy;

    /// <summary>Samples of the original; null where they were not known when writing began and stand only in the tail.</summary>
    public long? Samples { get; init; }

    /// <summary>Other information: at most <see cref="MaxMetadata"/> keys with values, in a header of at most 65,535 bytes.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Time steps per second.</summary>
    public double StepsPerSecond => (double)SampleRate / HopLength / FramesPerStep;

    /// <summary>Bits per second of the packed tokens, without headers.</summary>
    public double BitsPerSecond => StepsPerSecond * TokensPerStep * BitsPerToken;

    /// <summary>The header for tokens of the model with these options, with chunks of about four seconds.</summary>
    internal static TokenHeader Of(string fingerprint, AudioBsqOptions options, MelOptions mel, string modelName, long? samples)
    {
        ArgumentNullException.ThrowIfNull(modelName);
        int perStep = options.TokensPerStep, maxSteps = (int)(ushort.MaxValue * 8L / ((long)perStep * options.BitsPerToken));
        return new TokenHeader
        {
            Fingerprint = fingerprint,
            ModelName = modelName,
            SampleRate = mel.SampleRate,
            HopLength = mel.HopLength,
            FramesPerStep = options.PatchFrames,
            TokensPerStep = perStep,
            BitsPerToken = options.BitsPerToken,
            StepsPerChunk = Math.Clamp(
                (int)Math.Round(4 * mel.FrameRate / options.PatchFrames), 1, Math.Clamp(maxSteps, 1, ushort.MaxValue)),
            Samples = samples,
        };
    }

    /// <summary>Time steps of a clip: 0 without samples, otherwise as many as 1 + samples / hop frames need, rounded up.</summary>
    public long StepsOf(long samples) => samples == 0 ? 0 : (1 + samples / HopLength + FramesPerStep - 1) / FramesPerStep;

    /// <summary>Checks that the model with this header made the tokens.</summary>
    /// <param name="model">A header for tokens of the model that is to decode them: <see cref="AudioBsqModel.CreateTokenHeader"/>.</param>
    /// <exception cref="InvalidDataException">Another model did; the message names both.</exception>
    public void CheckMadeBy(TokenHeader model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (Fingerprint != model.Fingerprint)
        {
            string other = $"model '{model.ModelName}' ({model.Fingerprint})";
            throw new InvalidDataException($"The tokens were made by model '{ModelName}' ({Fingerprint}), and this is {other}.");
        }

        var facts = this with
        {
            ModelName = model.ModelName,
            StepsPerChunk = model.StepsPerChunk,
            Coding = model.Coding,
            Samples = model.Samples,
            Metadata = model.Metadata,
        };
        if (facts != model)
        {
            throw new InvalidDataException(
                $"The tokens say that they were made by model '{model.ModelName}' ({Fingerprint}), "
                + "but their rate, step or number of bits is not its.");
        }
    }

    internal int PackedBytesOf(int steps) => (int)BitPacking.BytesOf((long)steps * TokensPerStep, BitsPerToken);

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Fingerprint);
        ArgumentNullException.ThrowIfNull(ModelName);
        ArgumentNullException.ThrowIfNull(Metadata);
        bool isHash = Fingerprint.Length == 32 && Fingerprint.All(char.IsAsciiHexDigitLower);
        Check.That(isHash, Fingerprint, "must be 32 hexadecimal digits in lower case");
        Check.Positive(SampleRate);
        Check.That(HopLength is >= 1 and <= 65_536, HopLength, "must be from 1 to 65,536");
        Check.That(FramesPerStep is >= 1 and <= ushort.MaxValue, FramesPerStep, "must be from 1 to 65,535");
        Check.That(TokensPerStep is >= 1 and <= ushort.MaxValue, TokensPerStep, "must be from 1 to 65,535");
        Check.That(BitsPerToken is >= 1 and <= 30, BitsPerToken, "must be from 1 to 30");
        Check.That(StepsPerChunk is >= 1 and <= ushort.MaxValue, StepsPerChunk, "must be from 1 to 65,535");
        long bytes = BitPacking.BytesOf((long)StepsPerChunk * TokensPerStep, BitsPerToken);
        string size = $"{TokensPerStep} tokens of {BitsPerToken} bits a step make {bytes:N0} bytes, and a chunk has at most 65,535";
        Check.That(bytes <= ushort.MaxValue, StepsPerChunk, $"must be fewer: {size}");
        Check.That(Enum.IsDefined(Coding), Coding, "must be a defined coding");
        Check.That(Samples is null or (>= 0 and <= MaxSamples), Samples, "must be from 0 to 2^48, or null");
    }

    /// <summary>The longest original: 2^48 samples, about 500 years at 16 kHz.</summary>
    internal const long MaxSamples = 1L << 48;
}
