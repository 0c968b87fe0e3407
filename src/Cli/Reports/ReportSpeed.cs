using System.Diagnostics;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Signal;
using TorchSharp;

namespace AudioBsq.Cli.Reports;

/// <summary>Measures encoding, decoding and synthesis of single clips, which must have gone through all three once before.</summary>
internal sealed class ReportSpeed(AudioBsqModel model, Synthesis synthesis)
{
    private readonly MelSpectrogram _mel = new(model.Mel);
    private readonly Stopwatch _encode = new(), _decode = new(), _synthesize = new();

    /// <summary>Threads of the networks on a CPU; everything else runs on one.</summary>
    public int Threads { get; } = torch.get_num_threads();

    /// <summary>Seconds of sound that were timed.</summary>
    public double Seconds { get; private set; }

    public string Synthesis => synthesis.Name;

    /// <summary>
    /// Seconds of work for a second of sound: waveform to tokens, tokens to mel spectrogram, mel spectrogram to waveform.
    /// </summary>
    public (double Encode, double Decode, double Synthesize) Factors => (Factor(_encode), Factor(_decode), Factor(_synthesize));

    public void Add(Waveform sound, CancellationToken cancellation)
    {
        _encode.Start();
        float[] mel = _mel.Extract(sound.Samples);
        int[] tokens = model.Encode(mel);
        _encode.Stop();
        _decode.Start();
        float[] reconstructed = model.Decode(tokens);
        _decode.Stop();
        _synthesize.Start();
        synthesis.Run(reconstructed[..mel.Length], sound.Samples.Length, cancellation);
        _synthesize.Stop();
        Seconds += sound.Seconds;
    }

    private double Factor(Stopwatch clock) => clock.Elapsed.TotalSeconds / Seconds;
}
