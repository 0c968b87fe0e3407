using System.Globalization;

namespace AudioBsq.Benchmarks;

/// <summary>Whole numbers of a command line, as in <c>--steps 150</c>, and what stands beside them.</summary>
internal sealed class Settings
{
    private readonly Dictionary<string, int> _numbers;

    private Settings(Dictionary<string, int> numbers, IReadOnlyList<string> rest) => (_numbers, Rest) = (numbers, rest);

    /// <summary>Arguments that are not numbers with names.</summary>
    public IReadOnlyList<string> Rest { get; }

    public int this[string name] => _numbers[name];

    /// <summary>Null, and the usage on the error stream, where a name is unknown or its number is none.</summary>
    public static Settings? Read(IReadOnlyList<string> args, string usage, params (string Name, int Default)[] known)
    {
        var numbers = known.ToDictionary(number => number.Name, number => number.Default);
        var rest = new List<string>();
        for (int i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                rest.Add(args[i]);
            }
            else if (numbers.ContainsKey(args[i][2..]) && i + 1 < args.Count && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0)
            {
                numbers[args[i++][2..]] = number;
            }
            else
            {
                Console.Error.WriteLine($"usage: {usage}{string.Concat(known.Select(n => $" [--{n.Name} {n.Default}]"))}");
                return null;
            }
        }

        return new Settings(numbers, rest);
    }
}
