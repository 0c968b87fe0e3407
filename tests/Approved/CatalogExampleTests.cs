using System.Reflection;
using System.Xml.Linq;
using AudioBsq.Decoding;
using AudioBsq.MLNet;

namespace AudioBsq.Tests.Approved;

/// <summary>
/// What users read when they type <c>mlContext.Transforms.</c> or <c>mlContext.Data.</c> is complete, and its code compiles.
/// </summary>
[WithoutTorch]
public class CatalogExampleTests
{
    private static readonly string[] Table =
    [
        "Does this estimator need to look at the data to train its parameters?",
        "Input column data type",
        "Output column data type",
        "Exportable to ONNX",
    ];

    private static readonly Assembly[] Libraries = [typeof(AudioFile).Assembly, typeof(AudioTokenizerTransformer).Assembly];

    [Fact]
    public void EveryCatalogMethod_HasAnExample()
    {
        int methods = Libraries.SelectMany(library => library.GetExportedTypes())
            .Where(type => type is { IsAbstract: true, IsSealed: true, Namespace: "Microsoft.ML" })
            .Sum(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Length);

        Assert.True(methods > 20);
        Assert.Equal(methods, Examples().Select(example => example.Name).Distinct().Count());
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void EveryExample_Compiles() => Assert.Empty(CodeExamples.Errors(Examples()));

    [Fact]
    public void WrongExample_IsFound()
    {
        var errors = CodeExamples.Errors(
            [
                ("Right", "var ml = new MLContext();"), ("Wrong", "var ml = new MLContext();\nml.Transforms.TokenizeMusic();"),
            ]);

        Assert.StartsWith("Wrong, line 2: ", Assert.Single(errors), StringComparison.Ordinal);
        Assert.Contains("TokenizeMusic", errors[0]);
    }

    [Fact]
    public void EveryEstimator_HasTheTableOfMLNetsOwn()
    {
        var estimators = Libraries.SelectMany(library => library.GetExportedTypes())
            .Where(type => type is { IsAbstract: false, BaseType.IsGenericType: true })
            .Where(type => type.BaseType!.GetGenericTypeDefinition() == typeof(AudioEstimator<>));
        var remarks = Documentation("T:").ToDictionary(member => member.Name, member => member.Xml.Element("remarks")?.Value ?? "");

        Assert.All(estimators, type => Assert.All(Table, row => Assert.Contains($"| {row} | ", remarks[$"T:{type.FullName}"])));
    }

    private static IEnumerable<(string Name, string Code)> Examples() =>
        from member in Documentation("M:Microsoft.ML.")
        from code in member.Xml.Elements("example").Elements("code")
        select (member.Name, code.Value);

    private static IEnumerable<(string Name, XElement Xml)> Documentation(string start) =>
        from library in Libraries
        from member in XDocument.Load(Path.ChangeExtension(library.Location, ".xml")).Descendants("member")
        let name = member.Attribute("name")!.Value
        where name.StartsWith(start, StringComparison.Ordinal)
        select (name, member);
}
