using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>What components need to know of the context they were made by.</summary>
internal static class MLEnvironment
{
    public static IHostEnvironment Environment(this TransformsCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return CatalogUtils.GetEnvironment(catalog);
    }

    public static IHostEnvironment Environment(this DataOperationsCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return CatalogUtils.GetEnvironment(catalog);
    }

    /// <summary>
    /// <c>MLContext.GpuDeviceId</c> as it was when the environment was made: negative for the CPU, null where it is not set.
    /// </summary>
    public static int? GpuDevice(this IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.GpuDeviceId;

    /// <summary><c>MLContext.FallbackToCpu</c>: whether the CPU will do where the GPU asked for is missing.</summary>
    public static bool FallsBackToCpu(this IHostEnvironment environment) =>
        (environment as IHostEnvironmentInternal)?.FallbackToCpu ?? true;

    /// <summary>Whether <c>MLContext.CancelExecution</c> was called, as ML.NET's own tools do to stop what runs.</summary>
    public static bool IsCanceled(this IHost host) => (host as ICancelable)?.IsCanceled ?? false;

    /// <exception cref="OperationCanceledException"><c>MLContext.CancelExecution</c> was called.</exception>
    public static void ThrowIfCanceled(this IHost host) => host.CheckAlive();

    /// <summary>A view of rows in memory that can be counted and shuffled, which a view of an enumerable cannot.</summary>
    public static IDataView Rows<T>(this IHostEnvironment environment, IList<T> rows, SchemaDefinition? columns = null) where T : class =>
        DataViewConstructionUtils.CreateFromList(environment, rows, columns);

    /// <summary>The order in which ML.NET's own views in memory give so many rows when they are shuffled.</summary>
    public static int[] Permutation(Random random, int count) => Utils.GetRandomPermutation(random, count);

    /// <summary>Sends a message to <c>MLContext.Log</c>.</summary>
    public static void Inform(this IHostEnvironment host, string what, string message)
    {
        using var channel = host.Start(what);
        channel.Info(MessageSensitivity.None, "{0}", message);
    }

    /// <summary>Sends a warning to <c>MLContext.Log</c>.</summary>
    public static void Warn(this IHostEnvironment host, string what, string message)
    {
        using var channel = host.Start(what);
        channel.Warning(MessageSensitivity.UserData, "{0}", message);
    }
}
