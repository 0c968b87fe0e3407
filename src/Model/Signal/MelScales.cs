namespace AudioBsq.Signal;

/// <summary>Parts of mel frames that have the bands of several windows side by side, those of the main window first.</summary>
internal static class MelScales
{
    /// <summary>The first <paramref name="kept"/> of the <paramref name="perFrame"/> values of every frame.</summary>
    public static float[] Cut(float[] mel, int perFrame, int kept)
    {
        if (perFrame == kept) return mel;
        if (mel.Length % perFrame != 0)
            throw new ArgumentException($"A mel spectrogram has {mel.Length} values, which is no multiple of {perFrame} in a frame.");
        float[] part = new float[mel.Length / perFrame * kept];
        for (int t = 0; t * kept < part.Length; t++) mel.AsSpan(t * perFrame, kept).CopyTo(part.AsSpan(t * kept));
        return part;
    }
}
