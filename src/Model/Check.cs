using System.Runtime.CompilerServices;

namespace AudioBsq;

/// <summary>Argument checks whose messages give the name, the value and the rule.</summary>
internal static class Check
{
    public static void Positive(int value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        That(value > 0, value, "must be positive", name);

    public static void That(bool holds, object? value, string rule, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!holds) throw new ArgumentOutOfRangeException(name, value, $"{name} {rule}.");
    }
}
