using Mono.Cecil;

namespace AudioBsq.Tests;

/// <summary>
/// Finds in compiled code the calls into TorchSharp that make a <c>Scalar</c> on the way, which TorchSharp does not keep alive while torch
/// reads it. What makes one is read from TorchSharp's own code.
/// </summary>
internal sealed class BareScalars
{
    private const string Torch = "TorchSharp", Scalar = "TorchSharp.Scalar", Tensor = "TorchSharp.torch/Tensor";

    private static readonly ReaderParameters Parameters = new() { AssemblyResolver = Resolver() };

    private readonly Dictionary<string, string> _makers = []; // method → what it calls that makes a Scalar, or makes a Tensor of one

    public BareScalars()
    {
        var torch = Read(Path.Combine(AppContext.BaseDirectory, Torch + ".dll"));
        var types = torch.GetTypes().Where(type => !type.FullName.StartsWith(Scalar, StringComparison.Ordinal));
        var methods = types.SelectMany(type => type.Methods).ToList();
        var callers = methods
            .SelectMany(method => Called(method).Select(called => (called.FullName, Caller: method)))
            .ToLookup(call => call.FullName, call => call.Caller);
        var found = new Queue<MethodDefinition>(torch.GetTypes().SelectMany(type => type.Methods).Where(IsMaker));
        foreach (var maker in found) _makers[maker.FullName] = "";
        while (found.TryDequeue(out var maker))
        {
            foreach (var caller in callers[maker.FullName].Concat(Hidden(maker)))
            {
                if (_makers.TryAdd(caller.FullName, maker.FullName)) found.Enqueue(caller);
            }
        }
    }

    /// <summary>One line for each call in the types that are asked for.</summary>
    public IEnumerable<string> In(string assembly, Func<string, bool> asked) =>
        from type in Read(assembly).GetTypes()
        where asked(type.FullName)
        from method in type.Methods
        from called in Called(method)
        where _makers.ContainsKey(called.FullName)
        select $"{type.FullName}.{method.Name} calls {Chain(called.FullName)}";

    private static bool IsMaker(MethodDefinition method) =>
        method.ReturnType.FullName == Scalar
        // Compiles where an operation has no version for a Scalar, and throws.
        || (method.DeclaringType.FullName == Tensor && method.Name == "op_Implicit"
            && method.Parameters[0].ParameterType.FullName == Scalar);

    // Who makes an object of a class with such a method may call it by another name: a module's forward, or the body of an iterator.
    private static IEnumerable<MethodDefinition> Hidden(MethodDefinition maker) =>
        maker.IsVirtual && maker.DeclaringType.FullName != Tensor ? maker.DeclaringType.Methods.Where(method => method.IsConstructor) : [];

    private static IEnumerable<MethodDefinition> Called(MethodDefinition method) =>
        !method.HasBody
            ? []
            : method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>()
                .Where(called => called.DeclaringType.Scope.Name is Torch or Torch + ".dll")
                .Select(called => called.Resolve()).OfType<MethodDefinition>();

    private string Chain(string maker)
    {
        var names = new List<string>();
        for (string next = maker; next != ""; next = _makers[next]) names.Add(NameOf(next));
        return string.Join(", which calls ", names);
    }

    // Without the type that it returns.
    private static string NameOf(string method) =>
        method[(method.IndexOf(' ', StringComparison.Ordinal) + 1)..].Replace(Torch + ".", "", StringComparison.Ordinal);

    private static ModuleDefinition Read(string path) => ModuleDefinition.ReadModule(path, Parameters);

    private static DefaultAssemblyResolver Resolver()
    {
        var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        return resolver;
    }
}
