using AudioBsq.Signal;
using AudioBsq.Vocoding;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>Sound to mel spectrograms and back, ten seconds at a time.</summary>
internal static class SignalPart
{
    private const int CdRate = 44_100;

    public static SpeedTable Measure(Turns turns, Peak peak)
    {
        var table = new SpeedTable(turns, peak);
        var sound = Speech.TenSeconds();
        double seconds = sound.Seconds;
        var options = new MelOptions();
        var spectrogram = new MelSpectrogram(options);
        float[] mel = spectrogram.Extract(sound.Samples);
        int samples = sound.Samples.Length, frames = mel.Length / options.Bands;
        double soundBytes = 4.0 * samples, bytes = soundBytes + 4.0 * mel.Length;
        double melOperations = Operations.Mel(options, samples);
        table.Add("mel spectrogram", seconds, melOperations, bytes, "mel", () => spectrogram.Extract(sound.Samples));
        float[] kept = new float[mel.Length];
        table.Add("… into memory that is kept", seconds, melOperations, bytes, "mel", () => spectrogram.Extract(sound.Samples, kept));

        float[] cd = Resampler.Resample(sound.Samples, sound.SampleRate, CdRate);
        var resampler = new Resampler(CdRate, sound.SampleRate);
        double taps = Operations.Resample(resampler, cd.Length), cdBytes = 4.0 * cd.Length + soundBytes;
        table.Add("resample, 44.1 → 16 kHz", seconds, taps, cdBytes, "resample", () => resampler.Process(cd));

        var griffinLim = new GriffinLim(options);
        double rounds = Operations.GriffinLim(options, griffinLim.Options, frames);
        table.Add("Griffin-Lim, 32 rounds", seconds, rounds, bytes, "griffin-lim", () => griffinLim.Synthesize(mel));

        using var vocoder = NeuralVocoder.Create(new VocoderOptions(), options, device: "cpu");
        double operations = Operations.Vocoder(options, vocoder.Options, frames);
        table.Add("vocoder", seconds, operations, bytes + 4.0 * vocoder.ParameterCount, "vocoder", () => vocoder.Synthesize(mel));
        return table;
    }
}
