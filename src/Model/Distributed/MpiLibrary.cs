using System.Runtime.InteropServices;

namespace AudioBsq.Distributed;

/// <summary>
/// The functions of an MPI library (MPI 3.1, sections 5.2 and 5.12) without a shim. Open MPI's handles are pointers and MPICH's are whole
/// numbers; Intel MPI and MVAPICH are like MPICH.
/// </summary>
internal sealed unsafe partial class MpiLibrary
{
    private const int Serialized = 2; // one thread at a time calls
    private const int Now = 2, Global = 0x100; // of dlopen: plug-ins of Open MPI need its symbols

    private readonly nint _library;
    private readonly nint _world, _float, _double, _byte, _sum, _inPlace;
    private readonly delegate* unmanaged<void*, void*, int, nint, nint, nint, nint*, int> _allReduce;
    private readonly delegate* unmanaged<void*, int, nint, int, nint, nint*, int> _broadcast;
    private readonly delegate* unmanaged<nint*, int*, void*, int> _test;

    /// <summary>Loads a library, and joins the job that mpirun, mpiexec or srun started.</summary>
    /// <exception cref="DllNotFoundException">There is no MPI library.</exception>
    public MpiLibrary()
    {
        SetUnlessSet("UCX_ERROR_SIGNALS", ""); // UCX would take the signal by which .NET notices null references
        SetUnlessSet("OMPI_MCA_mpi_yield_when_idle", "1"); // a rank that waits leaves the core to one that computes
        _library = Load();
        bool isOpenMpi = NativeLibrary.TryGetExport(_library, "ompi_mpi_comm_world", out _world);
        if (isOpenMpi)
        {
            (_float, _double, _byte) = (Export("ompi_mpi_float"), Export("ompi_mpi_double"), Export("ompi_mpi_byte"));
            (_sum, _inPlace) = (Export("ompi_mpi_op_sum"), 1);
        }
        else
        {
            (_world, _float, _double, _byte) = (0x44000000, 0x4c00040a, 0x4c00080b, 0x4c00010d);
            (_sum, _inPlace) = (0x58000003, -1);
        }

        _allReduce = (delegate* unmanaged<void*, void*, int, nint, nint, nint, nint*, int>)Export("MPI_Iallreduce");
        _broadcast = (delegate* unmanaged<void*, int, nint, int, nint, nint*, int>)Export("MPI_Ibcast");
        _test = (delegate* unmanaged<nint*, int*, void*, int>)Export("MPI_Test");
        int level, rank, size;
        var initialize = (delegate* unmanaged<void*, void*, int, int*, int>)Export("MPI_Init_thread");
        Check(initialize(null, null, Serialized, &level), "MPI_Init_thread");
        if (level < Serialized) throw new NotSupportedException($"{Version} was built without support for threads.");
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank"))(_world, &rank), "MPI_Comm_rank");
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size"))(_world, &size), "MPI_Comm_size");
        (Rank, Size) = (rank, size);
    }

    public int Rank { get; }

    public int Size { get; }

    /// <summary>Name and version of the library.</summary>
    public string Version
    {
        get
        {
            byte* text = stackalloc byte[8192];
            int length;
            Check(((delegate* unmanaged<byte*, int*, int>)Export("MPI_Get_library_version"))(text, &length), "MPI_Get_library_version");
            return Marshal.PtrToStringUTF8((nint)text, length).Split(',', '\n')[0].Trim();
        }
    }

    public void Sum(float* values, int count) => Sum(values, count, _float);

    public void Sum(double* values, int count) => Sum(values, count, _double);

    public void Broadcast(byte* values, int count)
    {
        nint request = 0;
        Check(_broadcast(values, count, _byte, 0, _world, &request), "MPI_Ibcast");
        Await(&request);
    }

    /// <summary>Waits for the other ranks to end too.</summary>
    public void End() => ((delegate* unmanaged<int>)Export("MPI_Finalize"))();

    private void Sum(void* values, int count, nint type)
    {
        nint request = 0;
        Check(_allReduce((void*)_inPlace, values, count, type, _sum, _world, &request), "MPI_Iallreduce");
        Await(&request);
    }

    // MPI's own waiting keeps a core busy, which another rank of the same machine could compute on.
    private void Await(nint* request)
    {
        byte* status = stackalloc byte[64];
        int done = 0;
        for (int polls = 0; done == 0; polls++)
        {
            Check(_test(request, &done, status), "MPI_Test");
            if (done == 0 && polls > 20) _ = MicroSleep(20);
        }
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private static nint Load()
    {
        string? named = Environment.GetEnvironmentVariable("AUDIOBSQ_MPI_LIB");
        foreach (string name in named is { Length: > 0 } ? [named] : new[] { "libmpi.so.40", "libmpi.so.12", "libmpi.so" })
        {
            nint library = Open(name, Now | Global);
            if (library != 0) return library;
        }

        throw new DllNotFoundException(
            named is { Length: > 0 }
                ? $"'{named}' (AUDIOBSQ_MPI_LIB) cannot be loaded."
                : "The job was started by an MPI launcher, and there is no libmpi.so: name one in AUDIOBSQ_MPI_LIB.");
    }

    private static void Check(int result, string function)
    {
        if (result != 0) throw new IOException($"{function} failed with error {result}: another rank may have left the training job.");
    }

    private static void SetUnlessSet(string name, string value) => SetVariable(name, value, overwrite: 0); // also for native code

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string name, int flags);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int MicroSleep(uint microseconds);
}
