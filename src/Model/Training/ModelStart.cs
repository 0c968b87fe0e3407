using AudioBsq.Persistence;

namespace AudioBsq.Training;

/// <summary>What a model to start training from must have in common with the one to train.</summary>
internal static class ModelStart
{
    /// <exception cref="ArgumentException">They differ; the message says in what.</exception>
    public static void CheckAlike<T>(string what, T from, T to) where T : class
    {
        if (from.Equals(to)) return;
        var (theirs, ours) = OptionsDifference.Of(from, to);
        throw new ArgumentException(
            $"The model to start from has another {what}: {theirs}, and this one {ours}. Start from a model like the one to train.",
            nameof(from));
    }
}
