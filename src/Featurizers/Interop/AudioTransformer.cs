using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>
/// The base of this project's transformers: every row keeps its columns and gains some, computed lazily and, where a model gains
/// from it, several rows at a time. Works in chains, in prediction engines and with <c>mlContext.Model.Save</c> and <c>Load</c>.
/// </summary>
public abstract class AudioTransformer : ITransformer, IDisposable
{
    private readonly IDisposable? _owned;
    private readonly EngineOwners _engines = new();

    /// <param name="environment">Where the component registers its host.</param>
    /// <param name="columns">The first columns that it reads and adds.</param>
    /// <param name="owned">Disposed with the transformer.</param>
    private protected AudioTransformer(IHostEnvironment environment, ColumnNames columns, IDisposable? owned = null)
    {
        ArgumentNullException.ThrowIfNull(environment);
        (Host, Columns, _owned) = (environment.Register(GetType().Name), columns, owned);
    }

    /// <summary>The column that is read.</summary>
    public string InputColumnName => Columns.Input;

    /// <summary>The column that is added.</summary>
    public string OutputColumnName => Columns.Output;

    /// <summary>Names the component in errors and log messages.</summary>
    private protected IHost Host { get; }

    /// <summary>The two names, as one value.</summary>
    private protected ColumnNames Columns { get; }

    /// <summary>Finds and checks the input columns, and says what is added and how. Throws where the schema does not fit.</summary>
    private protected abstract BatchMapper Bind(DataViewSchema input);

    /// <summary>Writes everything that <see cref="ILoadableTransformer{TSelf}.Load"/> reads, in its order.</summary>
    private protected abstract void Save(ModelWriter writer);

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
        return new BatchDataView(input, Bind(input.Schema), GetType().Name);
    }

    /// <summary>Frees what the transformer owns. Data views made by it must not be read afterwards.</summary>
    /// <remarks>
    /// A prediction engine calls this when it is disposed, unless its options say <c>OwnsTransformer = false</c>. The other engines of the
    /// transformer go on, and it is freed after the last of them: at once, or, in a chain, when they are collected.
    /// </remarks>
    public void Dispose()
    {
        if (_engines.EndOne()) _owned?.Dispose();
        GC.SuppressFinalize(this);
    }

    bool ITransformer.IsRowToRowMapper => true;

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new RowMapper(Bind(inputSchema), opened: _engines.Add);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        Save(new ModelWriter(ctx, ModelFormat.Of(GetType())));
    }
}
