using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AudioBsq.Tests;

/// <summary>Compiles code that stands in documentation.</summary>
internal static partial class CodeExamples
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using AudioBsq;
        using AudioBsq.Decoding;
        using AudioBsq.MLNet;
        using AudioBsq.Reference;
        using AudioBsq.Signal;
        using AudioBsq.Training;
        using AudioBsq.Vocoding;
        using Microsoft.Extensions.ObjectPool;
        using Microsoft.ML;
        using Microsoft.ML.Data;

        """;

    /// <summary>What the compiler says of each text as the body of a method, and of types from the first one on as beside it.</summary>
    public static List<string> Errors(IEnumerable<(string Name, string Code)> examples)
    {
        var trees = examples.Select((example, i) =>
        {
            string code = example.Code.Trim() + '\n';
            int types = TypeDeclaration().Match(code) is { Success: true } found ? found.Index : code.Length;
            return CSharpSyntaxTree.ParseText(
                $"{Usings}internal static class Example{i}\n{{\n"
                + $"private static void Run()\n{{\n#line 1\n{code[..types]}}}\n{code[types..]}}}\n",
                path: example.Name);
        });
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

    [GeneratedRegex("^(public |internal |sealed |static )*(class|record) ", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();
}
