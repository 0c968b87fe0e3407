using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>
/// What this project's transformers have in common: every row keeps its columns and gains some, computed lazily and, where a model gains
/// from it, several rows at a time. Works in chains, in prediction engines and with <c>mlContext.Model.Save</c> and <c>Load</c>.
/// </summary>
public abstract class AudioTransformer : ITransformer, IDisposable
{
    private int _disposed;

    private protected AudioTransformer(IHostEnvironment environment, string name)
    {
        ArgumentNullException.ThrowIfNull(environment);
        Host = environment.Register(name);
    }

    /// <summary>Names the component in errors and log messages.</summary>
    private protected IHost Host { get; }

    /// <summary>How the saved form is marked.</summary>
    private protected abstract ModelFormat Format { get; }

    /// <summary>Finds and checks the input columns, and says what is added and how. A schema that does not fit is an error here.</summary>
    private protected abstract BatchMapper Bind(DataViewSchema input);

    /// <summary>Writes everything that the loading constructor reads, in its order.</summary>
    private protected abstract void Save(ModelWriter writer);

    /// <summary>Frees what the transformer owns; called once at most.</summary>
    private protected virtual void Free() { }

    /// <summary>The input's columns followed by this transformer's.</summary>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return Bind(inputSchema).OutputSchema;
    }

    /// <summary>The same rows with more columns. Nothing is computed until a cursor asks for one of them.</summary>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BatchDataView(input, Bind(input.Schema));
    }

    /// <summary>Frees what the transformer owns. Data views made by it must not be read afterwards.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) Free();
        GC.SuppressFinalize(this);
    }

    bool ITransformer.IsRowToRowMapper => true;

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new RowMapper(Bind(inputSchema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        Save(new ModelWriter(ctx, Format));
    }
}
