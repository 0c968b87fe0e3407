using AudioBsq.Signal;

namespace AudioBsq.MLNet;

/// <summary>Columns and rates of a resampling transformer, in Hz; saved with it.</summary>
/// <param name="Output">Column of resampled waveforms.</param>
/// <param name="Input">Column of waveforms.</param>
/// <param name="SampleRate">The rate of the output.</param>
/// <param name="InputSampleRate">The rate of the input; null where the column says it.</param>
/// <param name="Filter">The low-pass filter.</param>
internal sealed record ResamplingSettings(string Output, string Input, int SampleRate, int? InputSampleRate, ResamplingFilter Filter)
{
    public void Validate()
    {
        new ColumnNames(Output, Input).Validate();
        Check.That(SampleRate is >= 1 and <= Resampler.MaxRate, SampleRate, "must be from 1 to 768,000 Hz");
        Check.That(InputSampleRate is null or (>= 1 and <= Resampler.MaxRate), InputSampleRate, "must be null or from 1 to 768,000 Hz");
        Check.That(Enum.IsDefined(Filter), Filter, "must be a defined filter");
    }
}
