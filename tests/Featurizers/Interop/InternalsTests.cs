using AudioBsq.Decoding;
using AudioBsq.MLNet;
using Mono.Cecil;

namespace AudioBsq.Tests.Featurizers.Interop;

/// <summary>
/// What is internal to ML.NET is used in src/Featurizers/Interop alone, so that a new version of ML.NET is adapted to in one place.
/// </summary>
[WithoutTorch]
public class InternalsTests
{
    // Every file there is named after the type in it.
    private static readonly HashSet<string> Interop =
    [
        .. Directory.EnumerateFiles(Path.Combine(TestData.Root, "src", "Featurizers", "Interop"), "*.cs")
            .Select(path => Path.GetFileNameWithoutExtension(path)),
    ];

    [Fact]
    public void Featurizers_UseInternalsInInteropAlone()
    {
        var (inside, outside) = UsesOfInternals(typeof(AudioFile).Assembly.Location);

        Assert.Empty(outside);
        Assert.Contains("LoadableTransformerAttribute uses Microsoft.ML.LoadableClassAttributeBase", inside);
        Assert.Contains(inside, use => use.StartsWith("ColumnRule uses", StringComparison.Ordinal) && use.Contains("TryFindColumn"));
    }

    [Fact] // built against ML.NET as it is published, and without the attribute that would open it
    public void Estimators_UseNoInternals()
    {
        using var module = ModuleDefinition.ReadModule(typeof(AudioTokenizerTransformer).Assembly.Location);

        Assert.DoesNotContain(module.Assembly.CustomAttributes, mark => mark.AttributeType.Name == "IgnoresAccessChecksToAttribute");
        var (inside, outside) = UsesOfInternals(typeof(AudioTokenizerTransformer).Assembly.Location);
        Assert.Empty(inside.Concat(outside));
    }

    [Fact] // these tests are built against an opened ML.NET themselves
    [Trait("Speed", "Slow")]
    public void UseElsewhere_IsFound()
    {
        var (_, outside) = UsesOfInternals(typeof(InternalsTests).Assembly.Location);

        Assert.Contains(
            outside, use => use.StartsWith("PipelineTests uses", StringComparison.Ordinal) && use.Contains("SchemaShape::Create"));
    }

    private static (List<string> Inside, List<string> Outside) UsesOfInternals(string assembly)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        using var module = ModuleDefinition.ReadModule(assembly, new ReaderParameters { AssemblyResolver = resolver });
        var uses = from type in module.Types
                   from member in References(type).Where(IsInternalToMLNet).Select(member => member.FullName).Distinct()
                   select (IsInterop: Interop.Contains(type.Name.Split('`')[0]), Text: $"{type.Name} uses {member}");
        var byPlace = uses.ToLookup(use => use.IsInterop, use => use.Text);
        return ([.. byPlace[true]], [.. byPlace[false]]);
    }

    /// <summary>Every type and member that a type, or a type inside it, names.</summary>
    private static IEnumerable<MemberReference> References(TypeDefinition type)
    {
        var named = new List<MemberReference?> { type.BaseType };
        named.AddRange(type.Interfaces.Select(i => i.InterfaceType));
        named.AddRange(type.CustomAttributes.Select(attribute => attribute.Constructor));
        named.AddRange(type.Fields.Select(field => field.FieldType));
        foreach (var method in type.Methods)
        {
            named.Add(method.ReturnType);
            named.AddRange(method.Parameters.Select(parameter => parameter.ParameterType));
            if (!method.HasBody) continue;
            named.AddRange(method.Body.Variables.Select(variable => variable.VariableType));
            named.AddRange(method.Body.Instructions.Select(instruction => instruction.Operand as MemberReference));
        }

        return named.OfType<MemberReference>().Concat(type.NestedTypes.SelectMany(References));
    }

    private static bool IsInternalToMLNet(MemberReference member)
    {
        var owner = (member as TypeReference ?? member.DeclaringType)?.GetElementType();
        if (owner is null or GenericParameter || !owner.Scope.Name.StartsWith("Microsoft.ML", StringComparison.Ordinal)) return false;
        if (!IsPublic(owner.Resolve())) return true;
        return member switch
        {
            MethodReference method => method.Resolve() is { } found && !(found.IsPublic || found.IsFamily || found.IsFamilyOrAssembly),
            FieldReference field => field.Resolve() is { } found && !(found.IsPublic || found.IsFamily || found.IsFamilyOrAssembly),
            _ => false,
        };
    }

    private static bool IsPublic(TypeDefinition type) =>
        type.IsNested ? type.IsNestedPublic && IsPublic(type.DeclaringType) : type.IsPublic;
}
