using System.Text.Json;

namespace AudioBsq.Cli.Training;

/// <summary>A training run of one variant from one seed, in a folder of its own.</summary>
internal sealed class SweepRun(SweepVariant variant, int seed, string folder)
{
    public SweepVariant Variant => variant;

    public int Seed => seed;

    public string Folder { get; } = Path.Combine(folder, FormattableString.Invariant($"{variant.Slug}-seed-{seed}"));

    /// <summary>The keys that the run overrides, the seed among them.</summary>
    public IReadOnlyList<string> Overrides => [.. variant.Overrides, FormattableString.Invariant($"training.seed={seed}")];

    /// <summary>The same as arguments of <c>train</c>.</summary>
    public IEnumerable<string> Settings => Overrides.SelectMany(text => new[] { "--set", text });

    /// <summary>Whether the run has ended.</summary>
    public bool IsDone => File.Exists(Summary);

    private string Summary => Path.Combine(Folder, "summary.json");

    /// <summary>Writes the configuration to the run's folder.</summary>
    /// <exception cref="InvalidDataException">The folder holds a run of another configuration.</exception>
    public void Claim(string config)
    {
        string note = Path.Combine(Folder, "compared.json");
        Directory.CreateDirectory(Folder);
        if (File.Exists(note) && File.ReadAllText(note) != config)
            throw new InvalidDataException(
                $"'{Folder}' holds a run of '{variant.Name}' with other settings. Choose another --output-dir or name, or remove it.");
        File.WriteAllText(note, config);
    }

    /// <summary>Reads the run's summary.</summary>
    public JsonElement Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Summary));
        return document.RootElement.Clone();
    }
}
