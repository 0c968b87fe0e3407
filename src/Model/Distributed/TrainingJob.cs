using AudioBsq.Native;
using TorchSharp;

namespace AudioBsq.Distributed;

/// <summary>
/// The processes that train one model together. A launcher starts them (mpirun, torchrun, srun), each runs the same program on the same
/// data, and as long as this is not disposed, each training of the process is shared: a rank has its part of every batch, and all ranks end
/// with the same weights, which are those of one process with the same batches but for rounding.
/// </summary>
/// <example>
/// <code>
/// using var job = TrainingJob.Join();
/// var options = new AudioTokenizerOptions { Training = new TrainingOptions { Device = job.Device } };
/// var model = ml.Transforms.TokenizeAudio("Tokens", "Mel", options).Fit(mels);
/// if (job.IsFirst) ml.Model.Save(model, mels.Schema, "tokenizer.zip");
/// </code>
/// </example>
public sealed class TrainingJob : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly RankGroup _group;
    private readonly Launcher _launcher;

    private TrainingJob(RankGroup group, Launcher launcher, string device) => (_group, _launcher, Device) = (group, launcher, device);

    /// <summary>Number of this process, from 0.</summary>
    public int Rank => _group.Rank;

    /// <summary>Number of processes; 1 where no launcher started this one.</summary>
    public int Size => _group.Size;

    /// <summary>Whether this is rank 0, which writes results.</summary>
    public bool IsFirst => _group.IsFirst;

    /// <summary>Number of this process on its machine, from 0.</summary>
    public int LocalRank => _launcher.LocalRank;

    /// <summary>How the ranks are connected, such as "MPI (Open MPI v4.1.4)".</summary>
    public string Connection => _group.Name;

    /// <summary>Where this rank computes: "cpu", or the graphics card of its <see cref="LocalRank"/>.</summary>
    public string Device { get; }

    /// <summary>This rank's share of the machine's processors: threads that torch should use.</summary>
    public int Threads => Math.Max(1, Environment.ProcessorCount / _launcher.LocalSize);

    /// <summary>
    /// Joins the job that a launcher started this process for, and waits for the other ranks; a job of one where there is none.
    /// </summary>
    /// <param name="device">auto, cpu or cuda; with cuda, ranks of a machine take its cards in turn.</param>
    /// <exception cref="InvalidOperationException">The launcher's environment variables make no sense, or the process is in a job already.
    /// </exception>
    /// <exception cref="IOException">Not all ranks came.</exception>
    /// <exception cref="DllNotFoundException">A library for MPI or for graphics cards is missing.</exception>
    public static TrainingJob Join(string device = "auto")
    {
        ArgumentNullException.ThrowIfNull(device);
        var launcher = Launcher.Find(Environment.GetEnvironmentVariable);
        if (launcher is null) return new TrainingJob(new RankGroup(new LocalCommunicator()), new Launcher(0, 1, 0, 1), device);
        if (RankGroup.Current.Size > 1)
            throw new InvalidOperationException("This process is in a training job already; dispose that first.");
        var resolved = TorchDevice.Resolve(device);
        ICommunicator communicator = launcher.Address is { } address
            ? TcpCommunicator.Join(launcher.Rank, launcher.Size, address, launcher.Port, Patience)
            : new MpiCommunicator();
        string own = "cpu";
        if (resolved.type == DeviceType.CUDA)
        {
            int card = launcher.LocalRank % torch.cuda.device_count();
            own = $"cuda:{card}";
            communicator = new NcclCommunicator(communicator, NcclLibrary.Load(), card);
        }

        var group = new RankGroup(communicator);
        RankGroup.UseInProcess(group);
        return new TrainingJob(group, launcher, own);
    }

    /// <summary>Leaves the job.</summary>
    public void Dispose()
    {
        if (Size > 1) RankGroup.UseInProcess(null);
        _group.Dispose();
    }

    /// <summary>Lets one rank after another do something: first rank 0, then the first of each machine, then all others.</summary>
    internal T InTurn<T>(Func<T> make)
    {
        int turn = IsFirst ? 0 : LocalRank == 0 ? 1 : 2;
        for (int i = 0; i < turn; i++) _group.Wait();
        var made = make();
        for (int i = turn; i < 2; i++) _group.Wait();
        return made;
    }

    /// <summary>Leaves the job without waiting for the other ranks, because this one cannot go on.</summary>
    internal void Abort() => _group.Abort();
}
