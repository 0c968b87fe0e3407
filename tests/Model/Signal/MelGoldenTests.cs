using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using AudioBsq.Signal.Fft;

namespace AudioBsq.Tests.Model.Signal;

/// <summary>Every signal of every mel.safetensors against torchaudio; parameters come from the mel.json beside it.</summary>
[WithoutTorch]
public partial class MelGoldenTests
{
    public static TheoryData<string> Files => [.. TestData.Golden("mel", "mel.safetensors")];

    [Theory, MemberData(nameof(Files))]
    public void Extract_EqualsReference(string path)
    {
        var tensors = SafetensorsReader.ReadFile(path);
        var mel = new MelSpectrogram(Options(path));
        string[] signals = [.. tensors.Keys.Where(name => name.EndsWith(".wave", StringComparison.Ordinal)).Select(name => name[..^5])];
        Assert.NotEmpty(signals);

        foreach (string signal in signals)
        {
            float[] waveform = tensors[signal + ".wave"].ToSingles();
            if (tensors.TryGetValue(signal + ".mel_power", out var power))
            {
                float[] expected = Transposed(power), actual = mel.ExtractPower(waveform);
                Assert.Equal(expected.Length, actual.Length);
                CloseInDecibels(Levels(expected), Levels(actual), signal + ".mel_power in dB");
            }

            if (tensors.TryGetValue(signal + ".mel_db", out var decibels))
            {
                CloseInDecibels(Transposed(decibels), mel.Extract(waveform), signal + ".mel_db");
            }
        }
    }

    [Theory, MemberData(nameof(Files))] // the data set's items: decibels, then the centre of a long clip, or zeros after a short one
    public void Extract_GivesDataSetItemsOfReference(string path)
    {
        var tensors = SafetensorsReader.ReadFile(path);
        var mel = new MelSpectrogram(Options(path));

        foreach (string name in tensors.Keys)
        {
            if (ItemName().Match(name) is not { Success: true } match) continue;
            int target = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture), bands = mel.Options.Bands;
            float[] all = mel.Extract(tensors[match.Groups[1].Value + ".wave"].ToSingles());
            int frames = all.Length / bands, start = Math.Max(0, (frames - target) / 2);
            float[] item = new float[target * bands];
            all.AsSpan(start * bands, Math.Min(frames, target) * bands).CopyTo(item);

            Close.To(tensors[name].ToSingles(), item, 5e-3, name);
        }
    }

    [Theory, MemberData(nameof(Files))]
    public void Extract_GivesNaturalLogOfReference(string path)
    {
        var tensors = SafetensorsReader.ReadFile(path);
        var mel = new MelSpectrogram(Options(path) with { Level = MelLevel.NaturalLog });

        foreach (var (name, expected) in tensors.Where(tensor => tensor.Key.EndsWith(".log_natural", StringComparison.Ordinal)))
        {
            float[] rows = Transposed(expected);
            float[] actual = mel.Extract(tensors[name.Replace(".log_natural", ".wave", StringComparison.Ordinal)].ToSingles());

            Close.To(rows, actual.AsSpan(0, rows.Length), 1e-3, name);
        }
    }

    [Theory, MemberData(nameof(Files))]
    public void Stft_EqualsReference(string path)
    {
        var tensors = SafetensorsReader.ReadFile(path);
        var options = Options(path);
        var stft = new Stft(options.FftLength, options.HopLength);

        foreach (var (name, expected) in tensors.Where(tensor => tensor.Key.EndsWith(".stft_power", StringComparison.Ordinal)))
        {
            float[] rows = Transposed(expected);
            Close.To(
                rows,
                stft.Power(tensors[name.Replace(".stft_power", ".wave", StringComparison.Ordinal)].ToSingles()),
                1e-6 * Math.Max(1, rows.Max()),
                name);
        }

        foreach (var (name, expected) in tensors.Where(tensor => tensor.Key.StartsWith("hann_", StringComparison.Ordinal)))
        {
            Close.To(expected.ToSingles(), new Stft((int)expected.Shape[0], 1).Window, 1e-6, name);
        }
    }

    [Theory, MemberData(nameof(Files))] // fbank_{bins}x{bands}_{kHz}k_{scale}; the slaney ones are librosa's, with its normalisation
    public void FilterBank_EqualsReference(string path)
    {
        var options = Options(path);

        foreach (var (name, expected) in SafetensorsReader.ReadFile(path))
        {
            if (BankName().Match(name) is not { Success: true } match) continue;
            int[] numbers =
            [
                .. match.Groups.Values.Skip(1).Take(3).Select(group => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture)),
            ];
            int rate = 1000 * numbers[2];
            var (scale, norm) = match.Groups[4].Value == "slaney" ? (MelScale.Slaney, MelNorm.Slaney) : (MelScale.Htk, MelNorm.None);

            var bank = new MelFilterBank(
                2 * (numbers[0] - 1), rate, numbers[1], scale, norm, options.MinFrequency, Math.Min(options.UpperFrequency, rate / 2.0));

            Close.To(expected.ToSingles(), bank.ToDense(), 5e-5, name);
        }
    }

    [SkippableFact] // gold_{scale}_{norm}.f32 and golddb_…, float64 results for x.f32 with the reference's window and hop
    public void Extract_EqualsDoublePrecisionForEveryScaleAndNorm()
    {
        string[] files = [.. TestData.Golden("mel-variants", "gold*_*.f32")];
        Skip.If(files.Length == 0, "no folder golden/mel-variants");
        foreach (string path in files)
        {
            string[] words = Path.GetFileNameWithoutExtension(path).Split('_');
            bool decibels = words[0] == "golddb";
            var options =
                MelOptions.Reference with { Scale = Enum.Parse<MelScale>(words[1], true), Norm = Enum.Parse<MelNorm>(words[2], true) };
            float[] waveform = Numbers(Path.Combine(Path.GetDirectoryName(path)!, "x.f32")), expected = Numbers(path);
            var mel = new MelSpectrogram(options);

            float[] actual = decibels ? mel.Extract(waveform) : mel.ExtractPower(waveform);

            if (decibels)
            {
                float peak = actual.Max();
                for (int i = 0; i < actual.Length; i++) actual[i] -= peak;
                Close.To(expected, actual, 1e-3, path);
            }
            else
            {
                for (int i = 0; i < actual.Length; i++) actual[i] = (actual[i] - expected[i]) / Math.Max(expected[i], 1e-9f);
                Close.To(new float[actual.Length], actual, 3e-4, path + ", relative");
            }
        }
    }

    private static MelOptions Options(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(path, ".json")));
        var p = json.RootElement.GetProperty("params");
        var db = p.GetProperty("db");
        Assert.Equal(p.GetProperty("n_fft").GetInt32(), p.GetProperty("win_length").GetInt32());
        Assert.Equal(
            (10, 1e-10, 1.0),
            (db.GetProperty("multiplier").GetInt32(), db.GetProperty("amin").GetDouble(), db.GetProperty("ref").GetDouble()));
        return new MelOptions
        {
            SampleRate = p.GetProperty("sample_rate").GetInt32(),
            FftLength = p.GetProperty("n_fft").GetInt32(),
            HopLength = p.GetProperty("hop_length").GetInt32(),
            Bands = p.GetProperty("n_mels").GetInt32(),
            MinFrequency = p.GetProperty("f_min").GetDouble(),
            MaxFrequency = p.GetProperty("f_max") is { ValueKind: JsonValueKind.Number } most ? most.GetDouble() : null,
            Scale = p.GetProperty("mel_scale").GetString() == "slaney" ? MelScale.Slaney : MelScale.Htk,
            Norm = p.GetProperty("norm").GetString() == "slaney" ? MelNorm.Slaney : MelNorm.None,
            Level = MelLevel.FileMaximum,
            FloorDecibels = -db.GetProperty("top_db").GetSingle(),
        };
    }

    // The reference computes in single precision, which is worth 2e-3 dB in its faintest bands.
    private static void CloseInDecibels(float[] expected, float[] actual, string what)
    {
        Close.To(expected, actual, 5e-3, what);
        Close.To(0, expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Average(), 1e-4, what + ", on average");
    }

    // Powers in dB, with the reference's floor.
    private static float[] Levels(float[] power)
    {
        double least = Math.Max(1e-10, 1e-8 * power.Max());
        return [.. power.Select(p => (float)(10 * Math.Log10(Math.Max(p, least))))];
    }

    // The reference keeps (bands, frames).
    private static float[] Transposed(SafetensorsTensor tensor)
    {
        float[] source = tensor.ToSingles(), result = new float[source.Length];
        int rows = (int)tensor.Shape[0], columns = (int)tensor.Shape[1];
        for (int i = 0; i < source.Length; i++) result[i % columns * rows + i / columns] = source[i];
        return result;
    }

    private static float[] Numbers(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();

    [GeneratedRegex(@"^(.+)\.dataset_item_T(\d+)$")]
    private static partial Regex ItemName();

    [GeneratedRegex(@"^fbank_(\d+)x(\d+)_(\d+)k_(htk|slaney)$")]
    private static partial Regex BankName();
}
