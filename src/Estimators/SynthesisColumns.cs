using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Columns of a vocoder's transformer, and its rounds of Griffin-Lim; saved with it.</summary>
internal sealed record SynthesisColumns(string Output, string Input, string? SampleCount, int GriffinLimIterations)
{
    public static SynthesisColumns Of(string output, string input, NeuralSynthesisOptions options)
    {
        options.Validate();
        return new SynthesisColumns(output, input, options.SampleCountColumnName, options.GriffinLimIterations);
    }

    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Output);
        ArgumentException.ThrowIfNullOrEmpty(Input);
        new NeuralSynthesisOptions { SampleCountColumnName = SampleCount, GriffinLimIterations = GriffinLimIterations }.Validate();
    }

    /// <summary>Checks the input's shape and gives the column that is added.</summary>
    public IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(IExceptionContext context, SchemaShape input, MelOptions mel)
    {
        ColumnRule.SingleVector.Find(context, input, Input);
        if (SampleCount is { } samples) FrameCounts.Find(context, input, samples);
        return [WaveformColumn.Create(Output, mel.SampleRate)];
    }
}
