using System.Collections.Immutable;
using System.Runtime.InteropServices;
using AudioBsq.Signal;

namespace AudioBsq.Decoding;

/// <summary>
/// Start reading here: sound files to waveforms and back. What a file is, is read from its content. WAV, FLAC, AIFF, AU, CAF, W64 and
/// NIST SPHERE, MP3, Ogg Vorbis and Opus are decoded here; anything else by a decoder that <see cref="Register"/> was given. All members
/// are thread safe.
/// </summary>
public static class AudioFile
{
    /// <summary>Bytes of a file's beginning that <see cref="IAudioDecoder.CanOpen"/> sees; fewer if the file is shorter.</summary>
    public const int HeadLength = 8192;

    private static readonly IAudioDecoder[] BuiltIn =
    [
        new WavDecoder(), new FlacDecoder(), new AiffDecoder(), new AuDecoder(), new CafDecoder(), new W64Decoder(), new SphereDecoder(),
        new MpegDecoder(), new OggDecoder(),
    ];

    private static ImmutableArray<IAudioDecoder> _registered = [];

    /// <summary>
    /// Reads a file as one channel: channels are averaged, without that of low frequencies, and the rate is changed where another one is
    /// asked for.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="sampleRate">Samples per second of the result, or null: as in the file.</param>
    /// <exception cref="InvalidDataException">The file is no sound, or damaged, or shorter than it declares.</exception>
    /// <exception cref="NotSupportedException">The file is sound of a kind that is not decoded here, or too long for one array.</exception>
    public static Waveform Read(string path, int? sampleRate = null)
    {
        CheckRate(sampleRate);
        using var source = Open(path);
        return MonoReader.Read(source, path, sampleRate);
    }

    /// <summary>
    /// Reads a part of a file as one channel, as if the file were that part. <paramref name="warn"/> is told what is not as it should be.
    /// </summary>
    internal static Waveform Read(string path, TimeRange part, int sampleRate, Action<string> warn)
    {
        CheckRate(sampleRate);
        using var source = Open(path);
        if (source is CheckedAudioSource { Warning: { } warning }) warn(warning);
        return MonoReader.Read(source, path, part, sampleRate);
    }

    /// <summary>The same for a stream.</summary>
    internal static Waveform Read(Stream stream, string name, TimeRange part, int sampleRate, Action<string> warn)
    {
        CheckRate(sampleRate);
        using var source = Open(stream, name);
        if (source is CheckedAudioSource { Warning: { } warning }) warn(warning);
        return MonoReader.Read(source, name, part, sampleRate);
    }

    /// <summary>The same for a stream, from its position on. A stream that cannot seek is first read to memory, up to 2 GiB.</summary>
    /// <param name="stream">The content; it stays open.</param>
    /// <param name="name">A name for messages.</param>
    /// <param name="sampleRate">Samples per second of the result, or null: as in the file.</param>
    /// <exception cref="InvalidDataException">The content is no sound, or damaged, or shorter than it declares.</exception>
    /// <exception cref="NotSupportedException">
    /// The content is sound of a kind that is not decoded here, or too long for one array.
    /// </exception>
    public static Waveform Read(Stream stream, string name, int? sampleRate = null)
    {
        CheckRate(sampleRate);
        using var source = Open(stream, name);
        return MonoReader.Read(source, name, sampleRate);
    }

    /// <summary>The same for a file in memory.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">A name for messages.</param>
    /// <param name="sampleRate">Samples per second of the result, or null: as in the file.</param>
    /// <exception cref="InvalidDataException">The content is no sound, or damaged, or shorter than it declares.</exception>
    /// <exception cref="NotSupportedException">
    /// The content is sound of a kind that is not decoded here, or too long for one array.
    /// </exception>
    public static Waveform Read(ReadOnlyMemory<byte> bytes, string name, int? sampleRate = null)
    {
        using var stream = MemoryMarshal.TryGetArray(bytes, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);
        return Read(stream, name, sampleRate);
    }

    /// <summary>
    /// What <see cref="Read(string, int?)"/> gives, read on another thread, so that the caller's can go on.
    /// </summary>
    /// <param name="path">The file. Waiting for a pipe, too, can be cancelled.</param>
    /// <param name="sampleRate">Samples per second of the result, or null: as in the file.</param>
    /// <param name="cancellation">Ends the reading between two blocks of sound, each of some milliseconds of work.</param>
    /// <exception cref="InvalidDataException">The file is no sound, or damaged, or shorter than it declares.</exception>
    /// <exception cref="NotSupportedException">The file is sound of a kind that is not decoded here, or too long for one array.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> asked for it.</exception>
    public static async Task<Waveform> ReadAsync(string path, int? sampleRate = null, CancellationToken cancellation = default)
    {
        CheckRate(sampleRate);
        CheckPath(path);
        return await Task.Run(Work, cancellation).WaitAsync(cancellation).ConfigureAwait(false);

        Waveform Work()
        {
            using var source = OpenFile(path, cancellation);
            return MonoReader.Read(source, path, sampleRate, cancellation: cancellation);
        }
    }

    /// <summary>The same for a stream, from its position on.</summary>
    /// <param name="stream">The content; it stays open, and is not used any more when the task has ended.</param>
    /// <param name="name">A name for messages.</param>
    /// <param name="sampleRate">Samples per second of the result, or null: as in the file.</param>
    /// <param name="cancellation">Ends the reading between two blocks; a read of the stream that waits is waited for.</param>
    /// <exception cref="InvalidDataException">The content is no sound, or damaged, or shorter than it declares.</exception>
    /// <exception cref="NotSupportedException">
    /// The content is sound of a kind that is not decoded here, or too long for one array.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> asked for it.</exception>
    public static Task<Waveform> ReadAsync(
        Stream stream, string name, int? sampleRate = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        CheckRate(sampleRate);
        return Task.Run(Work, cancellation);

        Waveform Work()
        {
            using var source = OpenStream(stream, name, cancellation);
            return MonoReader.Read(source, name, sampleRate, cancellation: cancellation);
        }
    }

    /// <summary>
    /// Reads a source to its end: what <see cref="Open(string)"/> gave, or a recording, or a user's own. It is not closed.
    /// </summary>
    /// <param name="source">The sound.</param>
    /// <param name="name">A name for messages.</param>
    /// <param name="sampleRate">Samples per second of the result, or null: as in the source.</param>
    /// <exception cref="InvalidDataException">The sound is damaged, or shorter than it declares.</exception>
    /// <exception cref="NotSupportedException">The sound is too long for one array.</exception>
    public static Waveform Read(IAudioSource source, string name, int? sampleRate = null)
    {
        CheckRate(sampleRate);
        return MonoReader.Read(Checked(source, name), name, sampleRate);
    }

    /// <summary>
    /// Reads a file as one channel block by block, in constant memory: one behind the other, the blocks are what
    /// <see cref="Read(string, int?)"/> gives. Every enumeration opens the file, and closes it at its end.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="sampleRate">Samples per second of the result, or null: as in the file.</param>
    /// <returns>Blocks of any length but 0, each an array of its own. Damage is found where it is: after the blocks before it.</returns>
    /// <exception cref="InvalidDataException">The file is no sound, or damaged, or shorter than it declares.</exception>
    /// <exception cref="NotSupportedException">The file is sound of a kind that is not decoded here.</exception>
    public static IEnumerable<ReadOnlyMemory<float>> ReadBlocks(string path, int? sampleRate = null) =>
        ReadBlocks(path, part: null, sampleRate);

    /// <summary>The same for a part of a file, as if the file were that part.</summary>
    internal static IEnumerable<ReadOnlyMemory<float>> ReadBlocks(string path, TimeRange? part, int? sampleRate)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckRate(sampleRate);
        return Blocks();

        IEnumerable<ReadOnlyMemory<float>> Blocks()
        {
            using var source = Open(path);
            var sound = part is { } times ? MonoReader.Part(source, path, times) : source;
            foreach (var block in MonoReader.ReadBlocks(sound, sampleRate)) yield return block;
        }
    }

    /// <summary>
    /// The same for a source, such as a recording: every block comes as soon as the source has its samples. The source
    /// is not closed, and can be read only once.
    /// </summary>
    /// <param name="source">The sound.</param>
    /// <param name="name">A name for messages.</param>
    /// <param name="sampleRate">Samples per second of the result, or null: as in the source.</param>
    /// <exception cref="InvalidDataException">The sound is damaged, or shorter than it declares.</exception>
    public static IEnumerable<ReadOnlyMemory<float>> ReadBlocks(IAudioSource source, string name, int? sampleRate = null)
    {
        CheckRate(sampleRate);
        return MonoReader.ReadBlocks(Checked(source, name), sampleRate);
    }

    /// <summary>Reads a file's header only: damage further on is not found.</summary>
    /// <exception cref="InvalidDataException">The file is no sound, or its header is damaged.</exception>
    /// <exception cref="NotSupportedException">The file is sound of a kind that is not decoded here.</exception>
    public static AudioFormat Describe(string path)
    {
        using var source = Open(path);
        return source.Format;
    }

    /// <summary>Opens a file to be decoded piece by piece, all channels as they are.</summary>
    /// <param name="path">The file. A pipe is first read to memory, up to 2 GiB, for which it is waited.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no sound, or its header is damaged.</exception>
    /// <exception cref="NotSupportedException">The file is sound of a kind that is not decoded here.</exception>
    public static IAudioSource Open(string path)
    {
        CheckPath(path);
        return OpenFile(path, CancellationToken.None);
    }

    /// <summary>Opens a stream, from its position on. It stays the caller's and must stay open while the source is read.</summary>
    /// <param name="stream">The content. A stream that cannot seek is first read to memory, up to 2 GiB.</param>
    /// <param name="name">A name for messages.</param>
    /// <exception cref="InvalidDataException">The content is no sound, or its header is damaged.</exception>
    /// <exception cref="NotSupportedException">The content is sound of a kind that is not decoded here.</exception>
    public static IAudioSource Open(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        return OpenStream(stream, name, CancellationToken.None);
    }

    /// <summary>What another container holds, decoded by whoever reads such a file; not by a container again, so that this ends.</summary>
    internal static IAudioSource OpenInside(Stream content, ContainerReader container)
    {
        byte[] head = SoundContent.HeadOf(content);
        var decoder = BuiltIn.FirstOrDefault(decoder => decoder is not (WavDecoder or W64Decoder) && decoder.CanOpen(head, container.Name))
            ?? throw container.Unread("MPEG audio in which no frame was found");
        return decoder.Open(content, container.Name);
    }

    /// <summary>
    /// Adds a decoder for what the built-in ones do not read. It is asked after them and after those registered before it.
    /// </summary>
    public static void Register(IAudioDecoder decoder)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ImmutableInterlocked.Update(ref _registered, static (decoders, added) => decoders.Add(added), decoder);
    }

    /// <summary>Writes a mono WAV file, in place of one that is there. Integers are rounded to nearest and cut off at full scale.</summary>
    /// <returns>How many samples beyond ±1 were cut off; 0 for <see cref="WavSampleFormat.IeeeFloat"/>, which holds them.</returns>
    /// <exception cref="ArgumentException">The waveform holds samples that are not finite numbers.</exception>
    /// <exception cref="NotSupportedException">The file would pass 4 GiB.</exception>
    public static int WriteWav(string path, Waveform waveform, WavSampleFormat format = WavSampleFormat.Pcm16)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(waveform);
        WavWriter.Validate(waveform, format);
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write);
        return (int)WavWriter.Write(stream, waveform.SampleRate, waveform.Samples.Length, [waveform.Samples], format);
    }

    /// <summary>Writes a mono WAV file to a stream, which need not seek and stays open.</summary>
    /// <returns>How many samples beyond ±1 were cut off; 0 for <see cref="WavSampleFormat.IeeeFloat"/>, which holds them.</returns>
    /// <exception cref="ArgumentException">The waveform holds samples that are not finite numbers.</exception>
    /// <exception cref="NotSupportedException">The file would pass 4 GiB.</exception>
    public static int WriteWav(Stream stream, Waveform waveform, WavSampleFormat format = WavSampleFormat.Pcm16)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(waveform);
        WavWriter.Validate(waveform, format);
        return (int)WavWriter.Write(stream, waveform.SampleRate, waveform.Samples.Length, [waveform.Samples], format);
    }

    /// <summary>The same block by block, in constant memory: the counterpart of <see cref="ReadBlocks(string, int?)"/>.</summary>
    /// <param name="stream">Where to. It need not seek, and stays open.</param>
    /// <param name="blocks">The sound, asked for as it is written.</param>
    /// <param name="samples">Samples of all blocks together, which the file's header declares.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="format">How the samples are written.</param>
    /// <returns>How many samples beyond ±1 were cut off; 0 for <see cref="WavSampleFormat.IeeeFloat"/>, which holds them.</returns>
    /// <exception cref="ArgumentException">
    /// A block holds a sample that is not a finite number, or all together hold more or fewer samples.
    /// </exception>
    /// <exception cref="NotSupportedException">The file would pass 4 GiB; nothing was written.</exception>
    public static long WriteWav(
        Stream stream,
        IEnumerable<ReadOnlyMemory<float>> blocks,
        long samples,
        int sampleRate,
        WavSampleFormat format = WavSampleFormat.Pcm16)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(blocks);
        Check.That(samples >= 0, samples, "must not be negative");
        CheckRate(sampleRate);
        WavWriter.CheckFits(samples, format);
        return WavWriter.Write(stream, sampleRate, samples, blocks, format);
    }

    private static void CheckPath(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new InvalidDataException($"'{path}' is a folder, not a sound file.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no sound file '{path}'.", path);
    }

    private static CheckedAudioSource Checked(IAudioSource source, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(name);
        return source as CheckedAudioSource ?? new CheckedAudioSource(source, name, owned: null);
    }

    private static CheckedAudioSource OpenFile(string path, CancellationToken cancellation)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (file.CanSeek) return OpenSeekable(file, path, owned: true);
        using (file) return OpenStream(file, path, cancellation);
    }

    private static CheckedAudioSource OpenStream(Stream stream, string name, CancellationToken cancellation) => stream.CanSeek
        ? OpenSeekable(stream, name, owned: false)
        : OpenSeekable(InMemory(stream, name, cancellation), name, owned: true);

    private static MemoryStream InMemory(Stream stream, string name, CancellationToken cancellation)
    {
        var copy = new MemoryStream();
        byte[] block = new byte[1 << 16];
        for (int got; (got = stream.Read(block)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (copy.Length + got > Array.MaxLength)
                throw new NotSupportedException($"'{name}' cannot seek and is longer than 2 GiB: write it to a file first.");
            copy.Write(block, 0, got);
        }

        copy.Position = 0;
        return copy;
    }

    private static CheckedAudioSource OpenSeekable(Stream stream, string name, bool owned)
    {
        try
        {
            return new CheckedAudioSource(Decode(stream, name), name, owned ? stream : null);
        }
        catch when (owned)
        {
            stream.Dispose();
            throw;
        }
    }

    private static IAudioSource Decode(Stream stream, string name)
    {
        if (stream.Length <= stream.Position) throw new InvalidDataException($"'{name}' is empty.");
        byte[] head = SoundContent.HeadOf(stream);
        long start = stream.Position;
        NotSupportedException? refusal = null;
        foreach (var decoder in BuiltIn.Concat(_registered))
        {
            if (!decoder.CanOpen(head, name)) continue;
            try
            {
                stream.Position = start;
                return decoder.Open(stream, name);
            }
            catch (NotSupportedException e)
            {
                refusal = e;
            }
        }

        var content = SoundContent.Of(head);
        throw content.Reader == SoundReader.NotSound ? Refusal(content, name) : refusal ?? Refusal(content, name);
    }

    private static Exception Refusal(SoundContent content, string name) => content.Reader == SoundReader.NotSound
        ? new InvalidDataException($"'{name}' is not a sound file that is known here: it looks like {content.Name}.")
        : new NotSupportedException(
            $"'{name}' is {content.Name}, which is not read here: convert it to FLAC or WAV, or register a decoder for it with "
            + "AudioFile.Register.");

    internal static void CheckRate(int? sampleRate) =>
        Check.That(
            sampleRate is null or (>= 1 and <= CheckedAudioSource.MaxRate),
            sampleRate,
            $"must be from 1 to {CheckedAudioSource.MaxRate} Hz");
}
