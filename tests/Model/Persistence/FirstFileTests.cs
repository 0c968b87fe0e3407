using AudioBsq.Persistence;

namespace AudioBsq.Tests.Model.Persistence;

[WithoutTorch]
public sealed class FirstFileTests : IDisposable
{
    private readonly string _folder = TestData.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void OfManyAtOnce_OneIsFirst()
    {
        for (int round = 0; round < 20; round++)
        {
            string target = Path.Combine(_folder, $"target{round}");
            string[] files = [.. Enumerable.Range(0, 8).Select(i => Path.Combine(_folder, $"own{i}"))];
            foreach (string file in files) File.WriteAllText(file, file);
            bool[] won = new bool[files.Length];

            Parallel.For(0, files.Length, i => won[i] = FirstFile.TryMove(files[i], target));

            Assert.Equal(files[Array.IndexOf(won, true)], File.ReadAllText(target));
            Assert.Single(won, isFirst => isFirst);
            Assert.DoesNotContain(files, File.Exists);
        }
    }
}
