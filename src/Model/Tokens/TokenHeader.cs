namespace AudioBsq.Tokens;

/// <summary>What the tokens of a container are: which model made them, and how they stand in time.</summary>
public sealed record TokenHeader
{
    /// <summary>Bytes of a model's name in UTF-8 at most.</summary>
    public const int LongestName = 256;

    /// <summary><see cref="Metadata"/> entries at most.</summary>
    public const int MostMetadata = 64;

    /// <summary>Bytes in UTF-8 at most of one metadata key (from 1).</summary>
    public const int LongestKey = 64;

    /// <summary>Bytes in UTF-8 at most of one metadata value.</summary>
    public const int LongestValue = 4096;

    /// <summary>The model's <see cref="AudioBsqModel.Fingerprint"/>: 32 hexadecimal digits in lower case.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The model's name for people; it decides nothing, and is empty where it was lost.</summary>
    public string ModelName { get; init; } = "";

    /// <summary>Samples per second of the original at the model's input, in Hz.</summary>
    public required int SampleRate { get; init; }

    /// <summary>Samples from one frame to the next, 1 to 65,536.</summary>
    public required int HopLength { get; init; }

    /// <summary>Frames in one time step, 1 to 65,535.</summary>
    public required int FramesPerStep { get; init; }

    /// <summary>Tokens in one time step, 1 to 65,535.</summary>
    public required int TokensPerStep { get; init; }

    /// <summary>Tokens are from 0 to 2^bits − 1; 1 to 30.</summary>
    public required int BitsPerToken { get; init; }

    /// <summary>Time steps in one chunk, 1 to 65,535: what is lost when one byte is damaged. A chunk has at most 65,535 bytes of packed tokens.</summary>
    public required int StepsPerChunk { get; init; }

    /// <summary>How the tokens are kept.</summary>
    public TokenCoding Coding { get; init; } = TokenCoding.Entropy;

    /// <summary>Samples of the original, or null where they were not known when writing began: the reader has them from the end then.</summary>
    public long? Samples { get; init; }

    /// <summary>Anything else, as texts under names: at most <see cref="MostMetadata"/> entries, in a header of at most 65,535 bytes.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Time steps per second.</summary>
    public double StepsPerSecond => (double)SampleRate / HopLength / FramesPerStep;

    /// <summary>Bits per second of the tokens themselves, when packed.</summary>
    public double BitsPerSecond => StepsPerSecond * TokensPerStep * BitsPerToken;

    /// <summary>The header for tokens of a model, with chunks of about four seconds.</summary>
    /// <param name="model">The model that makes them.</param>
    /// <param name="name">The model's name for people, such as its file's.</param>
    /// <param name="samples">Samples of the original at the model's rate, if they are known already.</param>
    /// <exception cref="NotSupportedException">As for <see cref="AudioBsqModel.Fingerprint"/>.</exception>
    public static TokenHeader Of(AudioBsqModel model, string name, long? samples = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(name);
        var (options, mel) = (model.Options, model.Mel);
        int perStep = options.TokensOf(1), most = (int)Math.Min(ushort.MaxValue, ushort.MaxValue * 8L / ((long)perStep * options.BitsPerToken));
        return new TokenHeader
        {
            Fingerprint = model.Fingerprint,
            ModelName = name,
            SampleRate = mel.SampleRate,
            HopLength = mel.HopLength,
            FramesPerStep = options.PatchFrames,
            TokensPerStep = perStep,
            BitsPerToken = options.BitsPerToken,
            StepsPerChunk = Math.Clamp((int)Math.Round(4 * mel.FrameRate / options.PatchFrames), 1, Math.Max(most, 1)),
            Samples = samples,
        };
    }

    /// <summary>Time steps of so many samples: 0 for none, otherwise those of 1 + samples / hop frames, every started step counted.</summary>
    public long StepsOf(long samples) => samples == 0 ? 0 : (1 + samples / HopLength + FramesPerStep - 1) / FramesPerStep;

    /// <summary>Sees that a model made these tokens.</summary>
    /// <param name="model">The model that is to decode them.</param>
    /// <param name="modelName">Its name for people, for the message.</param>
    /// <exception cref="InvalidDataException">Another one did; the message names both.</exception>
    /// <exception cref="NotSupportedException">As for <see cref="AudioBsqModel.Fingerprint"/>.</exception>
    public void CheckMadeBy(AudioBsqModel model, string modelName)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (Fingerprint != model.Fingerprint)
            throw new InvalidDataException($"The tokens were made by model '{ModelName}' ({Fingerprint}), and this is model '{modelName}' ({model.Fingerprint}).");
        var own = Of(model, modelName);
        if (own with { ModelName = ModelName, StepsPerChunk = StepsPerChunk, Coding = Coding, Samples = Samples, Metadata = Metadata } != this)
            throw new InvalidDataException($"The tokens say that they were made by model '{modelName}' ({Fingerprint}), but their rate, step or number of bits is not its.");
    }

    internal int PackedBytesOf(int steps) => (int)BitPacking.BytesOf((long)steps * TokensPerStep, BitsPerToken);

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Fingerprint);
        ArgumentNullException.ThrowIfNull(ModelName);
        ArgumentNullException.ThrowIfNull(Metadata);
        Check.That(Fingerprint.Length == 32 && Fingerprint.All(char.IsAsciiHexDigitLower), Fingerprint, "must be 32 hexadecimal digits in lower case");
        Check.Positive(SampleRate);
        Check.That(HopLength is >= 1 and <= 65_536, HopLength, "must be from 1 to 65,536");
        Check.That(FramesPerStep is >= 1 and <= ushort.MaxValue, FramesPerStep, "must be from 1 to 65,535");
        Check.That(TokensPerStep is >= 1 and <= ushort.MaxValue, TokensPerStep, "must be from 1 to 65,535");
        Check.That(BitsPerToken is >= 1 and <= 30, BitsPerToken, "must be from 1 to 30");
        Check.That(StepsPerChunk is >= 1 and <= ushort.MaxValue, StepsPerChunk, "must be from 1 to 65,535");
        long bytes = BitPacking.BytesOf((long)StepsPerChunk * TokensPerStep, BitsPerToken);
        Check.That(bytes <= ushort.MaxValue, StepsPerChunk, $"must be fewer: {TokensPerStep} tokens of {BitsPerToken} bits a step make {bytes:N0} bytes, and a chunk has at most 65,535");
        Check.That(Enum.IsDefined(Coding), Coding, "must be a defined coding");
        Check.That(Samples is null or (>= 0 and <= MostSamples), Samples, "must be from 0 to 2^48, or null");
    }

    /// <summary>Samples of a container at most: 2^48, about 500 years at 16 kHz.</summary>
    internal const long MostSamples = 1L << 48;
}
