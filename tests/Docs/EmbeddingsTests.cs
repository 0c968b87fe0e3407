using System.Text.RegularExpressions;

namespace AudioBsq.Tests.Docs;

/// <summary>The code of docs/embeddings.md compiles.</summary>
[WithoutTorch]
public partial class EmbeddingsTests
{
    [Fact, Trait("Speed", "Slow")]
    public void Code_Compiles()
    {
        string page = File.ReadAllText(Path.Combine(TestData.Root, "docs", "embeddings.md")).ReplaceLineEndings("\n");
        var blocks = Code().Matches(page).Select((block, i) => ($"block {i + 1}", block.Groups["code"].Value)).ToList();

        var errors = CodeExamples.Errors(blocks);

        Assert.NotEmpty(blocks);
        Assert.Empty(errors);
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();
}
