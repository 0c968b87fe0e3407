namespace AudioBsq.Decoding;

/// <summary>One of the recordings that an Ogg file holds one after another.</summary>
/// <param name="Start">Where its first page is.</param>
/// <param name="Codec">Decodes it; used once.</param>
/// <param name="Skip">Frames to leave out at its beginning.</param>
/// <param name="Frames">Frames to give behind them.</param>
/// <param name="Warning">What is not as it should be, or null.</param>
internal sealed record OggLink(long Start, OggCodec Codec, long Skip, long Frames, string? Warning)
{
    /// <summary>Walks a file to its end, so that every damaged page and the length are found.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="NotSupportedException">It holds nothing that is decoded here, or changes its format on the way.</exception>
    public static IReadOnlyList<OggLink> AllOf(Stream stream, string name)
    {
        var packets = new OggPackets(stream, name);
        List<OggLink> links = [];
        while (packets.NextLink())
        {
            var link = Read(packets, name);
            links.Add(link);
            AudioFormat first = links[0].Codec.Format, format = link.Codec.Format;
            if (format.SampleRate == first.SampleRate && format.Channels == first.Channels) continue;
            throw new NotSupportedException(
                $"'{name}' changes from {first.SampleRate} Hz and {first.Channels} channels to {format.SampleRate} Hz and "
                + $"{format.Channels} at byte {link.Start}: split it there.");
        }

        return links.Count > 0 ? links : throw new NotSupportedException($"'{name}' is Ogg without sound that is known here.");
    }

    private static OggLink Read(OggPackets packets, string name)
    {
        long position = packets.Start, samples = 0;
        long? start = null, end = null;
        int pages = 0;
        var codec = OggCodec.Open(packets, name);
        while (packets.Next(out var packet))
        {
            samples += codec.CountFrames(packet.Data.Span);
            if (packet.Granule < 0) continue;
            if (packet.Granule < end) throw packets.Damaged($"is at sample {packet.Granule}, behind one at {end}");
            (start, end) = (start ?? packet.Granule - samples, packet.Granule);
            pages++;
        }

        if (pages == 1) start = Math.Max(start!.Value, 0); // a single page's position cuts its end
        long first = start ?? 0, length = Math.Min(samples, (end ?? samples) - first);
        long skip = Math.Min(length, codec.PreSkip + Math.Max(0, -first));
        string? warning = !packets.IsEnded
            ? "is not marked as ended: the end of the recording may be missing"
            : end - first > samples ? $"declares {end - first} frames and holds {samples}" : null;
        return new(position, codec, skip, length - skip, warning);
    }
}
