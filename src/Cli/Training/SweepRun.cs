using System.Text.Json;

namespace AudioBsq.Cli.Training;

/// <summary>One case from one seed, in a folder of its own.</summary>
internal sealed class SweepRun(SweepVariant version, int seed, string folder)
{
    public SweepVariant Case => version;

    public int Seed => seed;

    public string Folder { get; } = Path.Combine(folder, FormattableString.Invariant($"{version.Slug}-seed-{seed}"));

    /// <summary>What the run sets, the seed included.</summary>
    public IReadOnlyList<string> Overrides => [.. version.Overrides, FormattableString.Invariant($"training.seed={seed}")];

    /// <summary>The same as arguments of <c>train</c>.</summary>
    public IEnumerable<string> Settings => Overrides.SelectMany(text => new[] { "--set", text });

    /// <summary>The run has ended.</summary>
    public bool IsDone => File.Exists(Summary);

    private string Summary => Path.Combine(Folder, "summary.json");

    /// <summary>Notes what the run is of, in its folder.</summary>
    /// <exception cref="InvalidDataException">The folder holds a run of something else.</exception>
    public void Claim(string config)
    {
        string note = Path.Combine(Folder, "compared.json");
        Directory.CreateDirectory(Folder);
        if (File.Exists(note) && File.ReadAllText(note) != config)
            throw new InvalidDataException($"'{Folder}' holds a run of '{version.Name}' with other settings. Choose another --output-dir or name, or remove it.");
        File.WriteAllText(note, config);
    }

    /// <summary>What the run came to.</summary>
    public JsonElement Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Summary));
        return document.RootElement.Clone();
    }
}
