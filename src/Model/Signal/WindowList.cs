using System.Collections.Immutable;

namespace AudioBsq.Signal;

/// <summary>Window lengths with value equality, which a record needs and <see cref="ImmutableArray{T}"/> lacks.</summary>
internal readonly struct WindowList(ImmutableArray<int> windows) : IEquatable<WindowList>
{
    private readonly ImmutableArray<int> _windows = windows;

    public ImmutableArray<int> Windows => _windows.IsDefault ? [] : _windows;

    public bool Equals(WindowList other) => Windows.AsSpan().SequenceEqual(other.Windows.AsSpan());

    public override bool Equals(object? obj) => obj is WindowList other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int window in Windows) hash.Add(window);
        return hash.ToHashCode();
    }
}
