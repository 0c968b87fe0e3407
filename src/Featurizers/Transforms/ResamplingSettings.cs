using AudioBsq.Signal;

namespace AudioBsq.MLNet;

/// <summary>Columns, rates and channels of a resampling transformer; saved with it.</summary>
/// <param name="Output">Column of resampled waveforms.</param>
/// <param name="Input">Column of waveforms.</param>
/// <param name="SampleRate">The rate of the output, in Hz.</param>
/// <param name="InputSampleRate">The rate of the input, in Hz; null where a column says it.</param>
/// <param name="Filter">The low-pass filter.</param>
/// <param name="InputSampleRateColumn">Column with each row's rate; null for none.</param>
/// <param name="Channels">Channels of an interleaved input; null where the column's type says it, and for one.</param>
/// <param name="Seconds">Length of every output; as long as the input when null.</param>
internal sealed record ResamplingSettings(
    string Output,
    string Input,
    int SampleRate,
    int? InputSampleRate,
    ResamplingFilter Filter,
    string? InputSampleRateColumn = null,
    int? Channels = null,
    double? Seconds = null)
{
    public const int MaxChannels = 64;

    public void Validate()
    {
        new ColumnNames(Output, Input).Validate();
        Check.That(SampleRate is >= 1 and <= Resampler.MaxRate, SampleRate, "must be from 1 to 768,000 Hz");
        Check.That(InputSampleRate is null or (>= 1 and <= Resampler.MaxRate), InputSampleRate, "must be null or from 1 to 768,000 Hz");
        Check.That(Enum.IsDefined(Filter), Filter, "must be a defined filter");
        Check.That(InputSampleRateColumn is not "", InputSampleRateColumn, "must be null or a name");
        Check.That(
            InputSampleRate is null || InputSampleRateColumn is null,
            InputSampleRate,
            $"must be null where column '{InputSampleRateColumn}' has the rates");
        Check.That(Channels is null or (>= 1 and <= MaxChannels), Channels, $"must be null or from 1 to {MaxChannels}");
        ClipLength.Check(Seconds, SampleRate);
    }
}
