namespace AudioBsq.Tests;

/// <summary>The program that runs assemblies: the one that runs the tests, if it is it.</summary>
internal static class DotnetHost
{
    public static string Path { get; } = Environment.ProcessPath is { } path && System.IO.Path.GetFileNameWithoutExtension(path) == "dotnet"
        ? path
        : "dotnet";
}
