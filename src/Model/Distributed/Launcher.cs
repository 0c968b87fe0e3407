using System.Globalization;

namespace AudioBsq.Distributed;

/// <summary>What a launcher says about its job in environment variables: mpirun and mpiexec, torchrun, or srun.</summary>
/// <param name="Rank">Number of this process, from 0.</param>
/// <param name="Size">Number of processes.</param>
/// <param name="LocalRank">Number of this process on its machine, from 0.</param>
/// <param name="LocalSize">Number of processes on this machine.</param>
/// <param name="Address">Where rank 0 listens; null where an MPI library knows.</param>
/// <param name="Port">The port at which it listens.</param>
internal sealed record Launcher(int Rank, int Size, int LocalRank, int LocalSize, string? Address = null, int Port = 0)
{
    private const int DefaultPort = 29500; // torchrun's

    /// <summary>The job of this process; null where it was started by itself.</summary>
    /// <exception cref="InvalidOperationException">Variables contradict each other, or one is missing.</exception>
    public static Launcher? Find(Func<string, string?> variable)
    {
        var found = variable("OMPI_COMM_WORLD_SIZE") is not null ? OfOpenMpi(variable)
            : variable("PMI_SIZE") is not null && variable("MASTER_ADDR") is null ? OfMpich(variable)
            : variable("WORLD_SIZE") is not null && variable("RANK") is not null ? OfTorchrun(variable)
            : variable("SLURM_STEP_NUM_TASKS") is not null && variable("MASTER_ADDR") is not null ? OfSlurm(variable)
            : null;
        if (found is null or { Size: 1 }) return null;
        if (found.Size > 1 && found.Rank >= 0 && found.Rank < found.Size) return found;
        throw new InvalidOperationException(
            $"The launcher says that this is rank {found.Rank} of {found.Size}; ranks must be from 0 to {found.Size - 1}.");
    }

    private static Launcher OfOpenMpi(Func<string, string?> variable) => new(
        Number(variable, "OMPI_COMM_WORLD_RANK"), Number(variable, "OMPI_COMM_WORLD_SIZE"),
        Number(variable, "OMPI_COMM_WORLD_LOCAL_RANK"), Number(variable, "OMPI_COMM_WORLD_LOCAL_SIZE"));

    // MPICH and Intel MPI
    private static Launcher OfMpich(Func<string, string?> variable)
    {
        var (rank, size) = (Number(variable, "PMI_RANK"), Number(variable, "PMI_SIZE"));
        return new Launcher(
            rank, size, Number(variable, "MPI_LOCALRANKID", otherwise: rank), Number(variable, "MPI_LOCALNRANKS", otherwise: size));
    }

    private static Launcher OfTorchrun(Func<string, string?> variable)
    {
        var (rank, size) = (Number(variable, "RANK"), Number(variable, "WORLD_SIZE"));
        return new Launcher(
            rank, size, Number(variable, "LOCAL_RANK", otherwise: rank), Number(variable, "LOCAL_WORLD_SIZE", otherwise: size),
            size == 1 ? "" : AddressIn(variable), Number(variable, "MASTER_PORT", DefaultPort));
    }

    // srun sets the variables of a step only; SLURM_NTASKS is there in a batch script too, which is one process.
    private static Launcher OfSlurm(Func<string, string?> variable)
    {
        int size = Number(variable, "SLURM_STEP_NUM_TASKS");
        string perNode = variable("SLURM_STEP_TASKS_PER_NODE") ?? ""; // such as 4(x2) or 3,2
        string first = new([.. perNode.TakeWhile(char.IsAsciiDigit)]);
        return new Launcher(
            Number(variable, "SLURM_PROCID"), size, Number(variable, "SLURM_LOCALID"),
            first.Length > 0 ? int.Parse(first, CultureInfo.InvariantCulture) : size,
            AddressIn(variable), Number(variable, "MASTER_PORT", DefaultPort));
    }

    private static string AddressIn(Func<string, string?> variable) => variable("MASTER_ADDR") is { Length: > 0 } address
        ? address
        : throw new InvalidOperationException("WORLD_SIZE is set, and MASTER_ADDR is not: it names the machine of rank 0.");

    private static int Number(Func<string, string?> variable, string name, int? otherwise = null)
    {
        string? text = variable(name);
        if (text is null && otherwise is { } value) return value;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new InvalidOperationException($"The environment variable {name} is '{text}'; it must be a whole number.");
    }
}
