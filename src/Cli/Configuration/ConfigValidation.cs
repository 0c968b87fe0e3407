namespace AudioBsq.Cli.Configuration;

/// <summary>Asks the options themselves whether they are valid, and adds to each error the keys that cause it.</summary>
internal static class ConfigValidation
{
    /// <summary>Collects every error of the options that these keys give.</summary>
    public static void Check(IReadOnlyList<GivenKey> given, ConfigErrors errors)
    {
        List<GivenKey> rest = [.. given];
        while (ErrorOf(rest) is { } error)
        {
            var causes = CausesOf(error, rest);
            errors.Add(causes[0].Entry.Place, $"{string.Join(", ", causes.Select(cause => cause.Key.FullName))}: {error}");
            rest.RemoveAll(causes.Contains); // their defaults are valid, so that the next error is another one
        }
    }

    // The fewest keys that give the same error when all others are left out.
    private static List<GivenKey> CausesOf(string error, IReadOnlyList<GivenKey> given)
    {
        List<GivenKey> causes = [.. given];
        int before;
        do
        {
            before = causes.Count;
            foreach (var key in causes.ToArray())
            {
                var others = causes.Where(cause => cause != key).ToList();
                if (ErrorOf(others) == error) causes = others;
            }
        }
        while (causes.Count < before);
        return causes;
    }

    private static string? ErrorOf(IEnumerable<GivenKey> given)
    {
        var config = ConfigSchema.Apply(given).Build();
        try
        {
            config.Model.Validate();
            config.Mel.Validate();
            config.Training.Validate();
            config.Training.Adversarial?.Validate(config.Model);
            config.Pretraining.Validate(config.Model);
            return null;
        }
        catch (ArgumentException error)
        {
            string rule = error.Message.Split(" (Parameter '")[0].TrimEnd('.');
            return error is ArgumentOutOfRangeException { ActualValue: { } value }
                ? FormattableString.Invariant($"{rule}; it is {value}")
                : rule;
        }
    }
}
