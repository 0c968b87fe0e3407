using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>Reads sources to their end.</summary>
internal static class Sources
{
    /// <summary>All channels, interleaved, as one decoder gives them under the rules that all obey.</summary>
    public static float[] ReadAll(IAudioDecoder decoder, byte[] file, int block = 5000)
    {
        using var source = new CheckedAudioSource(decoder.Open(new MemoryStream(file, writable: false), "test"), "test", null);
        return ReadAll(source, block);
    }

    public static float[] ReadAll(IAudioSource source, int block = 5000)
    {
        var all = new List<float>();
        float[] buffer = new float[block];
        for (int got; (got = source.Read(buffer)) > 0;) all.AddRange(buffer.AsSpan(0, got));
        return [.. all];
    }
}
