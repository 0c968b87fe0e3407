using System.Text.RegularExpressions;

namespace AudioBsq.Tests.Docs;

/// <summary>The code of pages for users compiles.</summary>
[WithoutTorch]
public partial class PageCodeTests
{
    [Theory, Trait("Speed", "Slow")]
    [InlineData("embeddings"), InlineData("serving"), InlineData("recipes"), InlineData("migration")]
    public void Code_Compiles(string name)
    {
        string page = File.ReadAllText(Path.Combine(TestData.Root, "docs", $"{name}.md")).ReplaceLineEndings("\n");
        var blocks = Code().Matches(page).Select((block, i) => ($"block {i + 1}", block.Groups["code"].Value)).ToList();

        var errors = CodeExamples.Errors(blocks);

        Assert.NotEmpty(blocks);
        Assert.Empty(errors);
    }

    [Fact]
    public void Tutorial_IsItsSample()
    {
        string page = File.ReadAllText(Path.Combine(TestData.Root, "docs", "tutorial.md")).ReplaceLineEndings("\n");
        string folder = Path.Combine(TestData.Root, "samples", "Tutorial");
        string[] samples = [.. Directory.EnumerateFiles(folder, "*.cs").Select(file => File.ReadAllText(file).ReplaceLineEndings("\n"))];
        string[] blocks = [.. Code().Matches(page).Select(block => block.Groups["code"].Value)];

        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Contains(samples, sample => sample.Contains(block, StringComparison.Ordinal)));
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();
}
