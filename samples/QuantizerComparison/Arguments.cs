using System.Globalization;

namespace QuantizerComparison;

/// <summary>What the command line asks for.</summary>
internal sealed record Arguments
{
    private const string Usage =
        "usage: dotnet run -c Release --project samples/QuantizerComparison [TRAIN DEV] [--steps N] [--seeds N] [--threads N] "
        + "[--entropy] [--output FOLDER]";

    public string Train { get; init; } = Path.Combine(AppContext.BaseDirectory, "clips", "train");

    public string Dev { get; init; } = Path.Combine(AppContext.BaseDirectory, "clips", "dev");

    public int Steps { get; init; } = 20;

    public int Seeds { get; init; } = 1;

    public int? Threads { get; init; }

    public bool Entropy { get; init; }

    public string Output { get; init; } = "quantizer-comparison-output";

    public static bool TryRead(string[] args, out Arguments arguments)
    {
        arguments = new Arguments();
        var folders = new List<string>();
        for (int i = 0; i < args.Length; i++)
        {
            string? next = i + 1 < args.Length ? args[i + 1] : null;
            bool number = int.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0;
            switch (args[i])
            {
                case "--entropy": arguments = arguments with { Entropy = true }; break;
                case "--output" when next is not null: arguments = arguments with { Output = next }; i++; break;
                case "--steps" when number: arguments = arguments with { Steps = count }; i++; break;
                case "--seeds" when number: arguments = arguments with { Seeds = count }; i++; break;
                case "--threads" when number: arguments = arguments with { Threads = count }; i++; break;
                case var folder when !folder.StartsWith('-'): folders.Add(folder); break;
                default: return Refuse();
            }
        }

        if (folders.Count == 2) arguments = arguments with { Train = folders[0], Dev = folders[1] };
        return folders.Count is 0 or 2 || Refuse();
    }

    private static bool Refuse()
    {
        Console.Error.WriteLine(Usage);
        return false;
    }
}
