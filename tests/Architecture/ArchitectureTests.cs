namespace AudioBsq.Tests.Architecture;

/// <summary>The order of the rooms, and the width of the page.</summary>
public class ArchitectureTests
{
    private const int MaxColumns = 140;

    private static IReadOnlyList<(string Path, string Text)> Model { get; } = Read("src/Model");

    [Fact]
    public void Rooms_UseOnlyThoseBeforeThem()
    {
        var rooms = new Rooms(Model);

        Assert.Empty(Model.SelectMany(file => rooms.StepsBack(file.Path, file.Text)));
    }

    [Fact]
    public void Rooms_AreThoseOfTheList()
    {
        var found = Model.Select(file => Rooms.RoomOf(file.Path)).ToHashSet();

        Assert.Equal(Rooms.Order.Order(), found.Order());
    }

    [Fact]
    public void Rooms_StandInTheDocumentInTheirOrder()
    {
        string document = File.ReadAllText(Path.Combine(TestData.Root, "docs", "architecture.md"));
        int[] places =
        [
            .. Rooms.Order.Where(room => room != Rooms.Root).Select(room => document.IndexOf($"| `{room}` |", StringComparison.Ordinal)),
        ];

        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Theory] // what a deliberate step back looks like
    [InlineData("Signal/Stft.cs", "using AudioBsq.Training;", "using AudioBsq.Training; of Training")]
    [InlineData("Networks/Encoder.cs", "using static AudioBsq.Inference.ForwardPass;", "of Inference")]
    [InlineData("Inference/ForwardPass.cs", "private AudioBsqModel Model { get; }", "AudioBsqModel of (root)")]
    [InlineData("Persistence/ModelFile.cs", "var model = new AudioBsqModel(content);", "AudioBsqModel of (root)")]
    [InlineData("Metrics/Stoi.cs", "internal sealed class Loss : TrainingLoop<Step>;", "TrainingLoop of Training")]
    [InlineData("Tokens/TokenHeader.cs", "public void CheckMadeBy(AudioBsqModel? model, string name)", "AudioBsqModel of (root)")]
    [InlineData("Training/Trainer.cs", "List<VocoderOptions> options = [];", "VocoderOptions of Vocoding")]
    public void StepsBack_AreFound(string path, string line, string expected)
    {
        var rooms = new Rooms(Model);

        Assert.Contains(expected, Assert.Single(rooms.StepsBack(path, $"namespace AudioBsq;\n\n{line}\n")));
        Assert.Empty(rooms.StepsBack("AudioBsqModel.cs", line));
        Assert.Empty(rooms.StepsBack(path, $"// {line}\n"));
    }

    [Fact]
    public void Lines_EndAtTheirColumn()
    {
        var tooLong =
            from folder in new[] { "src", "tests", "benchmarks", "samples" }
            from file in Read(folder)
            from line in file.Text.Split('\n').Select((text, i) => (text.TrimEnd('\r').Length, Number: i + 1))
            where line.Length > MaxColumns
            select $"{folder}/{file.Path}({line.Number}) has {line.Length} columns";

        Assert.Empty(tooLong);
    }

    private static IReadOnlyList<(string Path, string Text)> Read(string folder)
    {
        string root = Path.Combine(TestData.Root, folder);
        return
        [
            .. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
                .Select(path => (Path: Path.GetRelativePath(root, path).Replace('\\', '/'), Text: File.ReadAllText(path)))
                .Where(file => !file.Path.Split('/').Any(part => part is "bin" or "obj")),
        ];
    }
}
