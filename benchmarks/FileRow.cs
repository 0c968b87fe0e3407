namespace AudioBsq.Benchmarks;

/// <summary>One sound file.</summary>
internal sealed class FileRow
{
    public string Path { get; set; } = "";
}
