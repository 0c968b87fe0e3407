using AudioBsq.Distributed;

namespace AudioBsq.Tests.Model.Distributed;

[WithoutTorch]
public class LauncherTests
{
    [Theory]
    [InlineData(
        "OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_LOCAL_RANK=1 OMPI_COMM_WORLD_LOCAL_SIZE=2", 3, 4, 1, 2, null)]
    [InlineData("PMI_RANK=1 PMI_SIZE=2 MPI_LOCALRANKID=0 MPI_LOCALNRANKS=1", 1, 2, 0, 1, null)]
    [InlineData("PMI_RANK=1 PMI_SIZE=2", 1, 2, 1, 2, null)]
    [InlineData("RANK=5 WORLD_SIZE=8 LOCAL_RANK=1 LOCAL_WORLD_SIZE=4 MASTER_ADDR=a MASTER_PORT=1234", 5, 8, 1, 4, "a:1234")]
    [InlineData("RANK=0 WORLD_SIZE=2 MASTER_ADDR=a", 0, 2, 0, 2, "a:29500")]
    [InlineData(
        "SLURM_PROCID=5 SLURM_STEP_NUM_TASKS=6 SLURM_LOCALID=2 SLURM_STEP_TASKS_PER_NODE=3(x2) MASTER_ADDR=a", 5, 6, 2, 3, "a:29500")]
    [InlineData("SLURM_PROCID=0 SLURM_NTASKS=6 PMI_RANK=0 PMI_SIZE=6", 0, 6, 0, 6, null)]
    public void Find_ReadsWhatTheLauncherSays(string variables, int rank, int size, int localRank, int localSize, string? place)
    {
        var found = Find(variables)!;

        Assert.Equal((rank, size, localRank, localSize), (found.Rank, found.Size, found.LocalRank, found.LocalSize));
        Assert.Equal(place, found.Address is null ? null : $"{found.Address}:{found.Port}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1 OMPI_COMM_WORLD_LOCAL_RANK=0 OMPI_COMM_WORLD_LOCAL_SIZE=1")]
    [InlineData("RANK=0 WORLD_SIZE=1")]
    [InlineData("SLURM_PROCID=0 SLURM_NTASKS=8 SLURM_LOCALID=0 MASTER_ADDR=a")] // a batch script, which is one process
    [InlineData("SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=8 SLURM_LOCALID=1")] // tasks that need not know of each other
    public void Find_IsNull_WhereThisIsNoJob(string variables) => Assert.Null(Find(variables));

    [Theory]
    [InlineData("RANK=2 WORLD_SIZE=2 MASTER_ADDR=a", "rank 2 of 2")]
    [InlineData("RANK=x WORLD_SIZE=2 MASTER_ADDR=a", "RANK is 'x'")]
    [InlineData("RANK=0 WORLD_SIZE=-2 MASTER_ADDR=a", "WORLD_SIZE is '-2'")]
    [InlineData("RANK=0 WORLD_SIZE=2", "MASTER_ADDR")]
    [InlineData("OMPI_COMM_WORLD_SIZE=2", "OMPI_COMM_WORLD_RANK")]
    public void Find_NamesWhatMakesNoSense(string variables, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidOperationException>(() => Find(variables)).Message);

    private static Launcher? Find(string variables)
    {
        var all = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return Launcher.Find(all.GetValueOrDefault);
    }
}
