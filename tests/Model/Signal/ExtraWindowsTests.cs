using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Signal;

/// <summary>Mel spectrograms of several window lengths side by side.</summary>
[WithoutTorch]
public class ExtraWindowsTests
{
    private const int Bands = 128;

    private static readonly MelOptions One = new(), Three = One with { ExtraWindows = [512, 128] };

    [Fact]
    public void MainWindow_IsBitForBitWhatItIsAlone()
    {
        float[] sound = AudioFile.Read(TestData.PathOf("audio", "LJ001-0008.flac"), One.SampleRate).Samples;

        float[] alone = new MelSpectrogram(One).Extract(sound), all = new MelSpectrogram(Three).Extract(sound);

        Assert.Equal(3 * Bands, Three.ValuesPerFrame);
        Assert.Equal(3 * alone.Length, all.Length);
        Assert.Equal(alone, Window(all, 0));
        Assert.NotEqual(alone, Window(all, 1));
    }

    [Fact]
    public void Window_AsLongAsTheMainOne_GivesTheSame()
    {
        float[] sound = Tone.Noise(8_000, seed: 3);

        float[] all = new MelSpectrogram(One with { ExtraWindows = [1024] }).Extract(sound);

        Close.To(Window(all, 0, scales: 2), Window(all, 1, scales: 2), 1e-3);
    }

    [Fact]
    public void Noise_HasTheSameLevelInAllWindows()
    {
        float[] all = new MelSpectrogram(Three with { Level = MelLevel.Power }).Extract(Tone.Noise(160_000, seed: 1));

        double[] power = [.. Enumerable.Range(0, 3).Select(n => Window(all, n).Select(x => (double)x).Sum())];

        Close.To(power[0], power[1], 0.02 * power[0]);
        Close.To(power[0], power[2], 0.02 * power[0]);
    }

    [Fact]
    public void Click_IsShorterInAShorterWindow_AndATonePurerInALongerOne()
    {
        float[] click = new float[16_000], tone = [.. Enumerable.Range(0, 16_000).Select(i => MathF.Sin(2 * MathF.PI * 1000 * i / 16_000))];
        click[8_000] = 1;
        var mel = new MelSpectrogram(Three with { Level = MelLevel.Power });
        float[] clicks = mel.Extract(click), tones = mel.Extract(tone);

        int Frames(int window) => Window(clicks, window).Chunk(Bands).Count(frame => frame.Max() > 1e-6);
        int BandsOf(int window)
        {
            float[] frame = Window(tones, window).Chunk(Bands).ElementAt(50);
            return frame.Count(power => power > 0.1 * frame.Max());
        }

        Assert.True(Frames(0) > Frames(1) && Frames(1) > Frames(2) && Frames(2) > 0, $"{Frames(0)}, {Frames(1)}, {Frames(2)} frames");
        Assert.True(BandsOf(0) < BandsOf(1) && BandsOf(1) < BandsOf(2), $"{BandsOf(0)}, {BandsOf(1)}, {BandsOf(2)} bands");
    }

    [Fact]
    public void Stream_GivesTheFramesOfTheWholeClip_HoweverItIsCut()
    {
        var random = new Random(5);
        var mel = new MelSpectrogram(Three);
        var stream = new StreamingMelSpectrogram(Three);
        foreach (int length in (int[])[0, 1, 159, 160, 161, 700, 5_000, 20_000])
        {
            float[] sound = Tone.Noise(length, seed: length), whole = mel.Extract(sound);
            foreach (int longest in (int[])[1, 160, 4_000])
                Pieces.Same(whole, Pieces.Run(sound, longest, random, stream.Accept, stream.Flush), $"{length} in pieces of {longest}");
        }
    }

    [Fact]
    public void Options_CompareByValue_AndAreChecked()
    {
        Assert.Equal(Three, One with { ExtraWindows = [512, 128] });
        Assert.Equal(Three.GetHashCode(), (One with { ExtraWindows = [512, 128] }).GetHashCode());
        Assert.NotEqual(Three, One with { ExtraWindows = [128, 512] });
        Assert.NotEqual(Three, One);
        void Refused(MelOptions options, string rule) =>
            Assert.Contains(rule, Assert.ThrowsAny<ArgumentException>(() => new MelSpectrogram(options)).Message);
        Refused(One with { ExtraWindows = [2048] }, "from 16 to FftLength (1024)");
        Refused(One with { ExtraWindows = [0] }, "from 16 to FftLength");
        Refused(One with { ExtraWindows = [.. Enumerable.Repeat(64, 8)] }, "at most 7 windows");
        Refused(Three with { Level = MelLevel.FileMaximum }, "cannot be FileMaximum");
    }

    private static float[] Window(float[] mel, int window, int scales = 3) =>
        [.. mel.Chunk(scales * Bands).SelectMany(frame => frame[(window * Bands)..((window + 1) * Bands)])];
}
