using System.Text.RegularExpressions;

namespace AudioBsq.Tests.Architecture;

/// <summary>
/// Source files of src/Model by room, and what they use of other rooms: by <c>using</c> lines, and by the names of types, since code
/// in a namespace sees its parent's types without a <c>using</c>.
/// </summary>
internal sealed partial class Rooms
{
    /// <summary>The root of src/Model, which may use every room.</summary>
    public const string Root = "(root)";

    private readonly Dictionary<string, string> _roomOfType = [];

    /// <summary>From lowest to highest: a room may use those before it. docs/architecture.md says what each is for.</summary>
    public static IReadOnlyList<string> Order { get; } =
    [
        "Native", "Distributed", "Signal", "Quantization", "Networks", "Onnx", "Tokens", "Metrics", "Persistence", "Inference",
        "Training", "Vocoding", "Reference", Root,
    ];

    /// <summary>The argument guard, which every room uses.</summary>
    private static readonly string[] Everywhere = ["Check"];

    /// <param name="files">Path from src/Model, and text.</param>
    public Rooms(IReadOnlyCollection<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files)
        {
            foreach (Match declaration in Declaration().Matches(Code(text)))
                _roomOfType.TryAdd(declaration.Groups["name"].Value, RoomOf(path));
        }
    }

    /// <summary>The folder of a file directly below src/Model.</summary>
    public static string RoomOf(string path) => path.Split('/') is [var folder, _, ..] ? folder : Root;

    /// <summary>Each use of a room that does not come before the file's own.</summary>
    public IEnumerable<string> StepsBack(string path, string text)
    {
        int own = Place(RoomOf(path));
        string code = Code(text);
        var members = Member().Matches(code).Select(member => member.Groups["name"].Value).ToHashSet(); // may be named like a type
        var usings = Using().Matches(code).Select(line => (Room: line.Groups["room"].Value, Text: line.Value.Trim()));
        var types = TypeUse().Matches(code).Select(use => use.Value)
            .Where(name => _roomOfType.ContainsKey(name) && !Everywhere.Contains(name) && !members.Contains(name))
            .Select(name => (Room: _roomOfType[name], Text: name));
        return usings.Concat(types).Where(use => Place(use.Room) > own).Select(use => $"{path} uses {use.Text} of {use.Room}").Distinct();
    }

    private static int Place(string room) => Order.ToList().IndexOf(room);

    private static string Code(string text) => Text().Replace(Comment().Replace(text, ""), "\"\"");

    [GeneratedRegex(@"//.*")]
    private static partial Regex Comment();

    [GeneratedRegex("""
        "(\\.|[^"\\])*"
        """)]
    private static partial Regex Text();

    [GeneratedRegex(@"^using (static )?AudioBsq\.(?<room>\w+)[\w.]*;", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"^(public|internal)( \w+)* (class|struct|record|interface|enum) (?<name>[A-Z]\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"[\w>\]?)] (?<name>[A-Z]\w+)\s*(=|\{ get|;)", RegexOptions.Multiline)]
    private static partial Regex Member();

    // A name that stands where a type can: before a dot, a bracket or another name; after new, a colon or an opening bracket.
    [GeneratedRegex(
        @"(?<![\w.])[A-Z]\w+(?=\??[.(<>\[]|\??(\[\])? [a-z_]\w*|>|\?? [A-Z]\w+\s*([({;]|=>))"
        + @"|(?<=new |: |typeof\(|nameof\()[A-Z]\w+")]
    private static partial Regex TypeUse();
}
