using System.Reflection;
using System.Xml.Linq;
using AudioBsq.Decoding;
using AudioBsq.MLNet;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AudioBsq.Tests.Approved;

/// <summary>
/// What users read when they type <c>mlContext.Transforms.</c> or <c>mlContext.Data.</c> is complete, and its code compiles.
/// </summary>
[WithoutTorch]
public class CatalogExampleTests
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using AudioBsq;
        using AudioBsq.Decoding;
        using AudioBsq.MLNet;
        using AudioBsq.Signal;
        using AudioBsq.Training;
        using AudioBsq.Vocoding;
        using Microsoft.ML;
        using Microsoft.ML.Data;

        """;

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
    public void EveryExample_Compiles() => Assert.Empty(Errors(Examples()));

    [Fact]
    public void WrongExample_IsFound()
    {
        var errors = Errors(
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

    /// <summary>What the compiler says of each text as the body of a method.</summary>
    private static List<string> Errors(IEnumerable<(string Name, string Code)> examples)
    {
        var trees = examples.Select((example, i) => CSharpSyntaxTree.ParseText(
            $"{Usings}internal static class Example{i}\n{{\nprivate static void Run()\n{{\n#line 1\n{example.Code.Trim()}\n}}\n}}\n",
            path: example.Name));
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "Examples",
            trees,
            assemblies.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        return
        [
            .. from found in compilation.GetDiagnostics()
               where found.Severity == DiagnosticSeverity.Error
               let place = found.Location.GetMappedLineSpan()
               select $"{found.Location.SourceTree?.FilePath}, line {place.StartLinePosition.Line + 1}: {found.GetMessage()}",
        ];
    }
}
