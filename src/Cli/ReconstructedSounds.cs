using System.Security.Cryptography;
using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Cli;

/// <summary>The WAV files that clips become: which are still to be made, and writing them.</summary>
internal sealed class ReconstructedSounds(string folder, WavSampleFormat format, bool overwrite, Tally tally, Terminal terminal)
{
    private readonly ClipNames _names = new(folder);
    private readonly Dictionary<string, TokenInput> _pending = [];

    /// <summary>What is finished already, where that is kept.</summary>
    public FinishedSounds? Finished { get; init; }

    /// <summary>The clips whose sound is not there yet, each with its file.</summary>
    public IEnumerable<(string Target, ClipTokens Clip)> Wanted(IEnumerable<TokenInput> inputs, CancellationToken cancellation)
    {
        foreach (var input in inputs)
        {
            cancellation.ThrowIfCancellationRequested();
            string target = _names.Next(input.Place);
            if (Finished is not null && Finished.Contains(target, input.Clip)) tally.Keep();
            else if (File.Exists(target) && !overwrite) tally.Refuse(target, "there is such a file already; --overwrite replaces it");
            else
            {
                _pending.Add(target, input);
                yield return (target, input.Clip);
            }
        }
    }

    /// <summary>Writes one of them, with silence where its tokens are missing.</summary>
    public void Write(string target, Waveform sound, AudioBsqModel model)
    {
        _pending.Remove(target, out var input);
        foreach (var range in input!.Content?.Missing ?? []) Silence(sound.Samples, range, (long)model.Options.PatchFrames * model.Mel.HopLength);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var file = new WholeFile(target);
            using var hash = SHA256.Create();
            int cut;
            using (var hashed = new CryptoStream(file.Stream, hash, CryptoStreamMode.Write, leaveOpen: true)) cut = AudioFile.WriteWav(hashed, sound, format);
            bool whole = input.Content?.IsWhole ?? true;
            if (whole) Finished?.Add(target, input.Clip, hash.Hash!);
            file.Keep();
            if (cut > 0) terminal.Say($"{target}: {cut} of {sound.Samples.Length} samples were beyond full scale and are cut off; --format float keeps them.");
            tally.Count(sound.Seconds);
            if (!whole) tally.Complain(input.Name, $"{string.Join("; ", input.Content!.Damage)}{(input.Content.Missing.Count > 0 ? ": silence is in their place" : "")}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            tally.Refuse(target, failure.Message);
        }
    }

    private static void Silence(float[] samples, Tokens.StepRange steps, long samplesPerStep)
    {
        long first = Math.Min(steps.First * samplesPerStep, samples.Length), end = Math.Min(steps.End * samplesPerStep, samples.Length);
        samples.AsSpan((int)first, (int)(end - first)).Clear();
    }
}
