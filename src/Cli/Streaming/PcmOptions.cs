using System.CommandLine;
using AudioBsq.Cli.Console;
using AudioBsq.Decoding;

namespace AudioBsq.Cli.Streaming;

/// <summary>
/// The options of live sound: samples without a header on standard input, whose formats have the names of ffmpeg and sox.
/// </summary>
internal sealed class PcmOptions
{
    private static readonly (string Word, PcmSampleFormat Value)[] Formats =
    [
        ("s16le", PcmSampleFormat.S16Le), ("s24le", PcmSampleFormat.S24Le), ("s32le", PcmSampleFormat.S32Le),
        ("f32le", PcmSampleFormat.F32Le),
    ];

    private readonly Option<PcmSampleFormat?> _pcm = Choice(
        "Standard input is live sound: samples of this format without a header. "
        + "Tokens are written as they come, and Ctrl+C ends the sound");

    private readonly Option<int?> _rate = CheckedOption.Integer(
        "--rate", "Samples a second of --pcm, of each channel [default: the model's]", min: 1, max: 768_000);

    private readonly Option<int?> _channels = CheckedOption.Integer(
        "--channels", "Channels of --pcm, which are averaged [default: 1]", min: 1, max: 256);

    /// <summary>The option --pcm; null where it is not given.</summary>
    public static Option<PcmSampleFormat?> Choice(string description) => CheckedOption.ChoiceOrNone("--pcm", description, Formats);

    public void AddTo(Command command)
    {
        command.Add(_pcm);
        command.Add(_rate);
        command.Add(_channels);
    }

    /// <summary>Whether the sound is live.</summary>
    /// <exception cref="UsageException">The options contradict each other.</exception>
    public bool AreGiven(ParseResult arguments, string[] inputs)
    {
        bool isLive = arguments.GetValue(_pcm) is not null;
        if (isLive && inputs is not [StandardInput.Name])
            throw new UsageException("--pcm is about standard input: the only INPUT must be '-'.");
        if (!isLive && (arguments.GetValue(_rate) is not null || arguments.GetValue(_channels) is not null))
            throw new UsageException("--rate and --channels are about --pcm, which is missing.");
        return isLive;
    }

    /// <summary>Format of the samples.</summary>
    public PcmFormat Format(ParseResult arguments, int rateOfModel) => new()
    {
        SampleFormat = arguments.GetValue(_pcm)!.Value,
        SampleRate = arguments.GetValue(_rate) ?? rateOfModel,
        Channels = arguments.GetValue(_channels) ?? 1,
    };

    /// <summary>The name of a format.</summary>
    public static string WordOf(PcmSampleFormat format) => Formats.Single(choice => choice.Value == format).Word;
}
