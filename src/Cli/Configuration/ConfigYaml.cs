using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace AudioBsq.Cli.Configuration;

/// <summary>Reads YAML into nodes with line numbers. Anchors and aliases are supported; tags and several documents are not.</summary>
internal sealed class ConfigYaml
{
    private const int MaxLevels = 16;

    private readonly Dictionary<AnchorName, ConfigNode> _anchors = [];
    private readonly Parser _parser;
    private readonly string _source;
    private readonly int _line;
    private readonly ConfigErrors _errors;

    private ConfigYaml(string text, ConfigPlace place, ConfigErrors errors)
    {
        _parser = new Parser(new StringReader(text));
        (_source, _line, _errors) = (place.Source, place.Line, errors);
    }

    /// <summary>Reads the only document of a text; false where the text is not YAML. Errors are collected.</summary>
    /// <param name="text">The text.</param>
    /// <param name="place">Its source; line 0 stands for a text without lines.</param>
    /// <param name="errors">Gets the errors.</param>
    /// <param name="node">The document; null where the text is empty.</param>
    public static bool TryRead(string text, ConfigPlace place, ConfigErrors errors, out ConfigNode? node)
    {
        try
        {
            node = new ConfigYaml(text, place, errors).Document();
            return true;
        }
        catch (YamlException e)
        {
            int lines = text.TrimEnd().Count(letter => letter == '\n') + 1;
            errors.Add(place with { Line = place.Line == 0 ? 0 : (int)Math.Min(e.Start.Line, lines) }, $"this is not YAML: {e.Message}");
            node = null;
            return false;
        }
    }

    private ConfigNode? Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _)) return null;
        _parser.Consume<DocumentStart>();
        var node = Node(0);
        _parser.Consume<DocumentEnd>();
        if (!_parser.TryConsume<StreamEnd>(out _))
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, "there is a second document");
        return node;
    }

    private ConfigNode Node(int level)
    {
        var start = _parser.Current ?? throw new YamlException("it ends too early");
        if (level > MaxLevels) throw new YamlException(start.Start, start.End, $"it is nested more than {MaxLevels} levels deep");
        if (_parser.TryConsume<AnchorAlias>(out var alias))
            return _anchors.TryGetValue(alias.Value, out var known)
                ? known
                : throw new YamlException(alias.Start, alias.End, $"there is no anchor '{alias.Value}' above");

        var anchor = (start as NodeEvent)?.Anchor ?? AnchorName.Empty;
        if (start is NodeEvent { Tag.IsEmpty: false } tagged)
            _errors.Add(Place(start), $"tags such as '{tagged.Tag}' have no meaning here");
        ConfigNode node = start switch
        {
            SequenceStart => List(level),
            MappingStart => Map(level),
            _ => Scalar(),
        };
        if (!anchor.IsEmpty) _anchors[anchor] = node;
        return node;
    }

    private ConfigScalar Scalar()
    {
        var scalar = _parser.Consume<Scalar>();
        return new ConfigScalar(Place(scalar), scalar.Value, scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any));
    }

    private ConfigList List(int level)
    {
        var place = Place(_parser.Consume<SequenceStart>());
        var items = new List<ConfigNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(Node(level + 1));
        return new ConfigList(place, items);
    }

    private ConfigMap Map(int level)
    {
        var map = new ConfigMap(Place(_parser.Consume<MappingStart>()), []);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = Node(level + 1);
            var value = Node(level + 1);
            if (key is not ConfigScalar { Text: var name }) _errors.Add(key.Place, $"a key must be a name; it is {key.Kind}");
            else if (map.Entries.TryGetValue(name, out var first))
                _errors.Add(key.Place, $"'{name}' is there already, in line {first.Place.Line}");
            else map.Entries.Add(name, new ConfigEntry(key.Place, value));
        }

        return map;
    }

    private ConfigPlace Place(ParsingEvent what) => new(_source, _line == 0 ? 0 : (int)what.Start.Line);
}
