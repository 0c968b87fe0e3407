using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>The base of this project's estimators: checks the schema before any work begins.</summary>
/// <typeparam name="TTransformer">What <see cref="Fit"/> returns.</typeparam>
public abstract class AudioEstimator<TTransformer> : IEstimator<TTransformer>
    where TTransformer : AudioTransformer
{
    private protected AudioEstimator(IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        Host = environment.Register(GetType().Name);
    }

    /// <summary>Names the component in errors and log messages; its <c>Rand</c> follows the context's seed.</summary>
    private protected IHost Host { get; }

    /// <summary>Checks the input columns and returns the columns that the transformer adds, with their types and annotations.</summary>
    private protected abstract IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input);

    /// <summary>Makes the transformer; the shape of the input's schema has been checked.</summary>
    private protected abstract TTransformer FitCore(IDataView input);

    /// <summary>Makes the transformer for <paramref name="input"/>, which must have the columns that this estimator reads.</summary>
    public TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShape.Create(input.Schema));
        var transformer = FitCore(input);
        try
        {
            transformer.GetOutputSchema(input.Schema);
            return transformer;
        }
        catch
        {
            transformer.Dispose();
            throw;
        }
    }

    /// <summary>The input's columns with this estimator's, which replace those of the same name.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var outputs = Outputs(inputSchema).Select(OutputColumn.Shape).ToList();
        var kept = inputSchema.Where(column => !outputs.Any(output => output.Name == column.Name));
        return new SchemaShape([.. kept, .. outputs]);
    }
}
