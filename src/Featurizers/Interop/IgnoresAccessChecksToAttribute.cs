namespace System.Runtime.CompilerServices;

/// <summary>
/// The runtime looks for this attribute by name and lets the marked assembly use the named one's internal members.
/// build/Publicize.targets marks this project's ML.NET assemblies with it.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
