using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AudioBsq.Tests.Docs;

/// <summary>What a package's page shows: a README and an icon of its own, without links that lead nowhere there.</summary>
[WithoutTorch]
public partial class PackageReadmeTests
{
    public static TheoryData<string> Packages =>
        [.. Directory.EnumerateFiles(Path.Combine(TestData.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(file => XDocument.Load(file).Descendants("IsPackable").Any(packable => packable.Value == "true"))
            .Select(file => Path.GetRelativePath(TestData.Root, file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Packages_AreSix() => Assert.Equal(6, Packages.Count);

    [Theory, MemberData(nameof(Packages))]
    public void Readme_NamesItsPackage_AndHasNoRelativeLink(string project)
    {
        string readme = File.ReadAllText(Path.Combine(TestData.Root, Path.GetDirectoryName(project)!, "README.md"));

        Assert.StartsWith($"# {Path.GetFileNameWithoutExtension(project)}\n", readme.ReplaceLineEndings("\n"));
        Assert.InRange(readme.Split('\n').Length, 10, 60);
        Assert.All(Link().Matches(readme), link => Assert.StartsWith("https://", link.Groups["place"].Value));
    }

    [Fact]
    public void Icon_IsASmallSquarePng()
    {
        byte[] icon = File.ReadAllBytes(Path.Combine(TestData.Root, "docs", "images", "icon.png"));

        Assert.Equal([0x89, .. "PNG"u8, 0, 0, 0, 128, 0, 0, 0, 128], (byte[])[.. icon[..4], .. icon[16..24]]);
        Assert.InRange(icon.Length, 100, 100_000);
    }

    [GeneratedRegex(@"\]\((?<place>[^)]+)")]
    private static partial Regex Link();
}
