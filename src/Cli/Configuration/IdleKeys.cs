namespace AudioBsq.Cli.Configuration;

/// <summary>
/// Keys that have no meaning because another one, of an override or of a file that extends theirs, turns off what they are about. They are
/// left out, with a warning. Within one file they are errors, which the rules report.
/// </summary>
internal static class IdleKeys
{
    private static readonly (string Switch, Func<ConfigNode, bool> IsOff, string[] Keys)[] All =
    [
        ("loss.disc_weight", IsZero, ConfigRules.AdversarialKeys),
        ("loss.envelope_weight", IsZero, ConfigRules.EnvelopeKeys),
        ("training.checkpoint_dir", IsNothing, ["training.save_every", "training.keep_last"]),
        ("audioconfig.use_ffn_output", IsFalse, ["audioconfig.dim_ffn_output", "daudioconfig.dim_ffn_output"]),
        ("daudioconfig.use_ffn_output", IsFalse, ["daudioconfig.dim_ffn_output"]),
        ("audioconfig.mask_type", node => Is(node, "none"), ["audioconfig.past_steps", "daudioconfig.past_steps"]),
        ("daudioconfig.mask_type", node => Is(node, "none"), ["daudioconfig.past_steps"]),
        ("data.mel_cache", node => !Is(node, "disk"), ["data.mel_cache_dir"]),
        ("data.dataset_type", node => !Is(node, "audioset"), ["data.whole_videos"]),
        ("data.dataset_type", node => !Is(node, "audio_folder"), ["data.hold_out"]),
        ("data.val_split", node => !IsNothing(node), ["data.hold_out"]),
        ("optimizer.lr", _ => true, ["optimizer.base_lr"]),
        ("optimizer.base_lr", _ => true, ["optimizer.lr"]),
        ("optimizer.precision", _ => true, ["optimizer.use_bf16"]),
        ("optimizer.use_bf16", _ => true, ["optimizer.precision"]),
    ];

    /// <summary>Removes them from a tree that is merged from files and overrides.</summary>
    public static void Remove(ConfigMap root, ConfigErrors errors)
    {
        foreach (var (name, isOff, keys) in All)
        {
            if (ConfigSchema.Entry(root, name) is not { } cause || !isOff(cause.Value)) continue;
            foreach (string key in keys)
            {
                if (ConfigSchema.Entry(root, key) is not { } idle || Rank(cause.Place, root) <= Rank(idle.Place, root)) continue;
                string[] parts = key.Split('.');
                ((ConfigMap)root.Entries[parts[0]].Value).Entries.Remove(parts[1]);
                errors.Warn(idle.Place, $"{key} counts no more, because {name} is {cause.Value.Kind} ({cause.Place})");
            }
        }
    }

    // An override counts more than the file, and the file more than those that it extends.
    private static int Rank(ConfigPlace place, ConfigMap root) => place.Line == 0 ? 2 : place.Source == root.Place.Source ? 1 : 0;

    private static bool Is(ConfigNode node, string text) => node is ConfigScalar scalar && scalar.Text == text;

    private static bool IsNothing(ConfigNode node) => node is ConfigScalar { IsNull: true };

    private static bool IsFalse(ConfigNode node) => ConfigType.Flag.Read(node, out bool value) && !value;

    private static bool IsZero(ConfigNode node) => ConfigType.Number.Read(node, out double value) && value == 0;
}
