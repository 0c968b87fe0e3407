using System.Security.Cryptography;
using AudioBsq.Cli.Console;
using AudioBsq.Decoding;
using AudioBsq.Persistence;
using AudioBsq.Tokens;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>The WAV files of clips: says which are still to be made, and writes them.</summary>
internal sealed class ReconstructedSounds(string folder, WavSampleFormat format, bool overwrite, Tally tally, Terminal terminal)
{
    private readonly OutputNames _names = new(folder);
    private readonly Dictionary<string, TokenInput> _pending = [];

    /// <summary>The files that are finished already; null where no list is kept.</summary>
    public FinishedSounds? Finished { get; init; }

    /// <summary>The clips whose sound does not exist yet, each with its file.</summary>
    public IEnumerable<(string Target, TokenInput Input)> Wanted(IEnumerable<TokenInput> inputs, CancellationToken cancellation)
    {
        foreach (var input in inputs)
        {
            cancellation.ThrowIfCancellationRequested();
            string target = _names.Next(input.Place);
            if (Finished is not null && Finished.Contains(target, input)) tally.Keep();
            else if (File.Exists(target) && !overwrite) tally.Refuse(target, "there is such a file already; --overwrite replaces it");
            else
            {
                _pending.Add(target, input);
                yield return (target, input);
            }
        }
    }

    /// <summary>Writes one of them as its sound comes, with silence where tokens are lost.</summary>
    public void Write(string target, IEnumerable<ReadOnlyMemory<float>> sound, AudioBsqModel model)
    {
        _pending.Remove(target, out var input);
        sound = Silenced(sound, input!.Missing, (long)model.Options.PatchFrames * model.Mel.HopLength);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var file = new AtomicFile(target);
            using var hash = SHA256.Create();
            long cut;
            using (var hashed = new CryptoStream(file.Stream, hash, CryptoStreamMode.Write, leaveOpen: true))
                cut = AudioFile.WriteWav(hashed, sound, input.Samples, model.Mel.SampleRate, format);
            bool whole = input.Damage.Count == 0;
            if (whole) Finished?.Add(target, input, hash.Hash!);
            file.Commit();
            if (cut > 0)
                terminal.Say(
                $"{target}: {cut} of {input.Samples} samples were beyond full scale and are cut off; --format float keeps them.");
            tally.Count((double)input.Samples / model.Mel.SampleRate);
            string silence = input.Missing.Count > 0 ? ": silence is in their place" : "";
            if (!whole) tally.Complain(input.Name, $"{string.Join("; ", input.Damage)}{silence}");
        }
        catch (
            Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or InvalidDataException)
        {
            tally.Refuse(target, failure.Message);
        }
    }

    // Lost steps are in order, as the blocks are.
    private static IEnumerable<ReadOnlyMemory<float>> Silenced(
        IEnumerable<ReadOnlyMemory<float>> sound, IReadOnlyList<StepRange> missing, long samplesPerStep)
    {
        long start = 0;
        int next = 0;
        foreach (var block in sound)
        {
            float[]? silenced = null;
            long end = start + block.Length;
            for (; next < missing.Count && missing[next].First * samplesPerStep < end; next++)
            {
                long first = Math.Max(missing[next].First * samplesPerStep, start),
                last = Math.Min(missing[next].End * samplesPerStep, end);
                silenced ??= block.ToArray();
                silenced.AsSpan((int)(first - start)..(int)(last - start)).Clear();
                if (last == end) break; // it may go on in the next block
            }

            yield return silenced ?? block;
            start = end;
        }
    }
}
