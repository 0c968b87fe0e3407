using System.Text.RegularExpressions;

namespace AudioBsq.Tests.Docs;

/// <summary>README.md is short, its code is that of a sample that is built and run, and its links lead somewhere.</summary>
[WithoutTorch]
public partial class ReadmeTests
{
    private const int MaxLines = 70;

    private static string Readme { get; } = File.ReadAllText(Path.Combine(TestData.Root, "README.md"));

    [Fact]
    public void Readme_IsShort() => Assert.InRange(Readme.TrimEnd().Split('\n').Length, 10, MaxLines);

    [Fact]
    public void Code_IsTheSamples()
    {
        string folder = Path.Combine(TestData.Root, "samples", "Quickstart");
        string[] samples = [.. Directory.EnumerateFiles(folder, "*.cs").Select(file => File.ReadAllText(file).ReplaceLineEndings("\n"))];
        string[] blocks = [.. Code().Matches(Readme).Select(block => block.Groups["code"].Value)];

        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Contains(samples, sample => sample.Contains(block, StringComparison.Ordinal)));
    }

    [Fact]
    public void Links_LeadToFiles()
    {
        string[] places =
        [
            .. Link().Matches(Readme).Select(link => link.Groups["place"].Value)
                .Where(place => !place.StartsWith("http", StringComparison.Ordinal)),
        ];

        Assert.NotEmpty(places);
        Assert.All(places, place => Assert.True(Path.Exists(Path.Combine(TestData.Root, place)), place));
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?<place>[^)#]+)")]
    private static partial Regex Link();
}
